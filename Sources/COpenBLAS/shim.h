// OpenBLAS: matrix products, and the calls that pin its thread count and name its kernels.
#include <cblas.h>
