#include "multiversion.h"

#include "CKernelsOptimizer.h"

MULTIVERSION
void ck_adamw_average(
    float *restrict parameters, float *restrict mean, float *restrict variance, float *restrict average,
    const float *restrict gradients, int64_t count, const ck_adamw_settings *settings) {
  float keep = 1.0f - settings->learning_rate * settings->weight_decay;
  float beta1 = settings->beta1, rest1 = settings->first_rest;
  float beta2 = settings->beta2, rest2 = settings->second_rest;
  float step = settings->learning_rate / settings->first_correction;
  float root = settings->second_correction_root, epsilon = settings->epsilon;
  float decay = settings->average_decay, rest = settings->average_rest;
  for (int64_t i = 0; i < count; i++) {
    float g = gradients[i];
    float m = mean[i] * beta1 + g * rest1;
    float v = variance[i] * beta2 + g * g * rest2;
    float p = parameters[i] * keep - step * (m / (__builtin_elementwise_sqrt(v) / root + epsilon));
    mean[i] = m;
    variance[i] = v;
    parameters[i] = p;
    average[i] = average[i] * decay + p * rest;
  }
}
