#include "CSystemShims.h"

#include <pthread.h>

// Reflected Castagnoli polynomial; eight tables let the loop take eight bytes a turn.
static uint32_t tables[8][256];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void fill(void) {
  for (uint32_t byte = 0; byte < 256; byte++) {
    uint32_t value = byte;
    for (int bit = 0; bit < 8; bit++) value = (value >> 1) ^ (0x82F63B78u & (0u - (value & 1u)));
    tables[0][byte] = value;
  }
  for (uint32_t byte = 0; byte < 256; byte++)
    for (int table = 1; table < 8; table++)
      tables[table][byte] = (tables[table - 1][byte] >> 8) ^ tables[0][tables[table - 1][byte] & 255u];
}

uint32_t clava_crc32c(uint32_t crc, const void *bytes, size_t length) {
  pthread_once(&once, fill);
  const unsigned char *at = bytes;
  uint32_t value = ~crc;
  for (; length >= 8; length -= 8, at += 8) {
    uint32_t low = value ^ ((uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24);
    value = tables[7][low & 255u] ^ tables[6][(low >> 8) & 255u] ^ tables[5][(low >> 16) & 255u] ^
            tables[4][low >> 24] ^ tables[3][at[4]] ^ tables[2][at[5]] ^ tables[1][at[6]] ^ tables[0][at[7]];
  }
  for (; length > 0; length--, at++) value = (value >> 8) ^ tables[0][(value ^ *at) & 255u];
  return ~value;
}
