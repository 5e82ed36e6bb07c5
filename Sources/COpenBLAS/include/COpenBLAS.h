// OpenBLAS, loaded when the first product is wanted: commands that multiply nothing do not wait for a library of 30 MB
// and the threads it starts, and a process can still choose its kernels by the environment.
#ifndef CLAVA_OPENBLAS_H
#define CLAVA_OPENBLAS_H

/// Loads OpenBLAS with one thread, from one thread. Returns null, or why it cannot be loaded.
const char *clava_blas_load(void);
/// The processor family whose kernels it chose.
const char *clava_blas_core(void);
/// Its version and options in its own words.
const char *clava_blas_configuration(void);
/// How many threads it would use.
int clava_blas_threads(void);
/// C = alpha · op(A) · op(B) + beta · C, rows one after the other; op is the transpose where asked for. C has `rows` rows
/// and `columns` columns, `inner` is summed over.
void clava_blas_sgemm(int transposed_a, int transposed_b, int rows, int columns, int inner, float alpha, const float *a,
                      int stride_a, const float *b, int stride_b, float beta, float *c, int stride_c);

#endif
