// Shared by the kernel files: the multi-version attribute and the elementary functions without libm.
#ifndef CLAVA_MULTIVERSION_H
#define CLAVA_MULTIVERSION_H

#include <stdint.h>
#include <string.h>

// A fused multiply-add rounds once where two operations round twice; machines without it would differ.
#pragma STDC FP_CONTRACT OFF

// The thread sanitizer instruments the resolver that picks a version before it is ready itself.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define CLAVA_ONE_VERSION 1
#endif
#endif

#if defined(__x86_64__) && defined(__ELF__) && !defined(CLAVA_ONE_VERSION)
#define MULTIVERSION __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define MULTIVERSION
#endif

#define INLINE static inline __attribute__((always_inline))

// Number of partial sums of every reduction.
#define LANES 16

INLINE float float_of_bits(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

INLINE uint32_t bits_of_float(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

INLINE double double_of_bits(uint64_t bits) {
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

INLINE uint64_t bits_of_double(double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

// e^x with a relative error below 2e-7. Outside [-87, 88] the argument is clamped, so the result stays normal;
// a NaN stays a NaN.
INLINE float exp_float(float x) {
  x = x > 88.0f ? 88.0f : x;
  x = x < -87.0f ? -87.0f : x;
  // Adding 1.5 * 2^23 rounds to the nearest whole number and leaves it in the low bits.
  float shifted = x * 1.44269504088896341f + 12582912.0f;
  int32_t n = (int32_t)(bits_of_float(shifted) - 0x4B400000u);
  float k = shifted - 12582912.0f;
  float r = (x - k * 0.693359375f) + k * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r + 1.0f;
  return p * float_of_bits((uint32_t)(n + 127) << 23);
}

// ln x for positive normal x, relative error below 2e-7 away from 1.
INLINE float log_float(float x) {
  uint32_t bits = bits_of_float(x);
  // Shifts the mantissa range to [sqrt(1/2), sqrt(2)).
  uint32_t offset = bits - 0x3F3504F3u;
  int32_t exponent = (int32_t)offset >> 23;
  float m = float_of_bits((offset & 0x007FFFFFu) + 0x3F3504F3u);
  float f = m - 1.0f;
  float z = f * f;
  float p = 7.0376836292e-2f;
  p = p * f - 1.1514610310e-1f;
  p = p * f + 1.1676998740e-1f;
  p = p * f - 1.2420140846e-1f;
  p = p * f + 1.4249322787e-1f;
  p = p * f - 1.6668057665e-1f;
  p = p * f + 2.0000714765e-1f;
  p = p * f - 2.4999993993e-1f;
  p = p * f + 3.3333331174e-1f;
  float e = (float)exponent;
  float y = p * f * z + e * -2.12194440e-4f - 0.5f * z;
  return f + y + e * 0.693359375f;
}

// Double-precision e^x for moderate x: Taylor series after reduction by ln 2.
INLINE double exp_double(double x) {
  double shifted = x * 1.44269504088896340736 + 6755399441055744.0;
  double k = shifted - 6755399441055744.0;
  double r = (x - k * 6.93147180369123816490e-01) - k * 1.90821492927058770002e-10;
  double p = 1.0 / 6227020800.0;
  p = p * r + 1.0 / 479001600.0;
  p = p * r + 1.0 / 39916800.0;
  p = p * r + 1.0 / 3628800.0;
  p = p * r + 1.0 / 362880.0;
  p = p * r + 1.0 / 40320.0;
  p = p * r + 1.0 / 5040.0;
  p = p * r + 1.0 / 720.0;
  p = p * r + 1.0 / 120.0;
  p = p * r + 1.0 / 24.0;
  p = p * r + 1.0 / 6.0;
  p = p * r + 0.5;
  p = p * r + 1.0;
  p = p * r + 1.0;
  uint64_t n = bits_of_double(shifted) - 0x4338000000000000ull;
  return p * double_of_bits((n + 1023) << 52);
}

// ln x for positive normal x in double precision (coefficients of the FreeBSD library), error below one unit.
INLINE double log_double(double x) {
  uint64_t bits = bits_of_double(x);
  uint64_t offset = bits - 0x3FE6A09E667F3BCDull;
  // The exponent as a double without an integer conversion, which older vector units lack: 2^52 + 2^51 + n.
  uint64_t biased = (offset + 0x4000000000000000ull) >> 52;
  double k = double_of_bits(0x4330000000000000ull | biased) - 4503599627370496.0 - 1024.0;
  double m = double_of_bits((offset & 0x000FFFFFFFFFFFFFull) + 0x3FE6A09E667F3BCDull);
  double f = m - 1.0;
  double s = f / (2.0 + f);
  double z = s * s;
  double w = z * z;
  double even = w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01));
  double odd = z
               * (6.666666666666735130e-01
                  + w * (2.857142874366239149e-01 + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)));
  double half = 0.5 * f * f;
  double r = even + odd;
  return k * 6.93147180369123816490e-01 - ((half - (s * (half + r) + k * 1.90821492927058770002e-10)) - f);
}

#endif
