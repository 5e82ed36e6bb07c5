// The rounds of Philox4x32-10, for kernels that compute many counters at once.
#ifndef CLAVA_PHILOX_H
#define CLAVA_PHILOX_H

#include "multiversion.h"

enum { PHILOX_ROUNDS = 10 };

// Turns the counter (c0, c1, c2, c3) into its four output words.
INLINE void philox_rounds(uint64_t key, uint32_t *c0, uint32_t *c1, uint32_t *c2, uint32_t *c3) {
  uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
  uint32_t x0 = *c0, x1 = *c1, x2 = *c2, x3 = *c3;
  for (int round = 0; round < PHILOX_ROUNDS; round++) {
    uint64_t p0 = (uint64_t)0xD2511F53u * x0;
    uint64_t p1 = (uint64_t)0xCD9E8D57u * x2;
    uint32_t y0 = (uint32_t)(p1 >> 32) ^ x1 ^ k0;
    uint32_t y2 = (uint32_t)(p0 >> 32) ^ x3 ^ k1;
    x1 = (uint32_t)p1;
    x3 = (uint32_t)p0;
    x0 = y0;
    x2 = y2;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  *c0 = x0;
  *c1 = x1;
  *c2 = x2;
  *c3 = x3;
}

#endif
