#define _GNU_SOURCE
#include "COpenBLAS.h"

#include <dlfcn.h>
#include <stddef.h>
#include <stdlib.h>

// The constants of CBLAS.
enum { row_major = 101, not_transposed = 111, transposed = 112 };

typedef void (*sgemm_function)(int, int, int, int, int, int, float, const float *, int, const float *, int, float, float *,
                               int);

static sgemm_function sgemm;
static const char *(*corename)(void);
static const char *(*config)(void);
static int (*threads)(void);

// Before there is a second thread: setting a variable is not safe beside reading one. Without it OpenBLAS starts a thread
// for every processor, which look for work for a while.
__attribute__((constructor)) static void use_one_thread(void) { setenv("OPENBLAS_NUM_THREADS", "1", 1); }

const char *clava_blas_load(void) {
  if (sgemm) return NULL;
  void *library = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL);
  if (!library) return dlerror();
  void (*set_threads)(int);
  // POSIX's way around the missing conversion between pointers to objects and to functions.
  *(void **)&set_threads = dlsym(library, "openblas_set_num_threads");
  *(void **)&threads = dlsym(library, "openblas_get_num_threads");
  *(void **)&corename = dlsym(library, "openblas_get_corename");
  *(void **)&config = dlsym(library, "openblas_get_config");
  void *found = dlsym(library, "cblas_sgemm");
  if (!set_threads || !threads || !corename || !config || !found) return "libopenblas.so.0 lacks functions of OpenBLAS";
  set_threads(1);
  *(void **)&sgemm = found;
  return NULL;
}

const char *clava_blas_core(void) { return corename(); }

const char *clava_blas_configuration(void) { return config(); }

int clava_blas_threads(void) { return threads(); }

void clava_blas_sgemm(int transposed_a, int transposed_b, int rows, int columns, int inner, float alpha, const float *a,
                      int stride_a, const float *b, int stride_b, float beta, float *c, int stride_c) {
  sgemm(row_major, transposed_a ? transposed : not_transposed, transposed_b ? transposed : not_transposed, rows, columns,
        inner, alpha, a, stride_a, b, stride_b, beta, c, stride_c);
}
