// One pass over all parameters per training step.
#ifndef CLAVA_KERNELS_OPTIMIZER_H
#define CLAVA_KERNELS_OPTIMIZER_H

#include <stdint.h>

typedef struct {
  float learning_rate;
  float weight_decay;
  float beta1;
  float beta2;
  /// 1 - beta1 and 1 - beta2, rounded once.
  float first_rest;
  float second_rest;
  float epsilon;
  /// 1 - beta1^t and sqrt(1 - beta2^t), t counting updates from 1.
  float first_correction;
  float second_correction_root;
  /// Weights of the old average and of the new parameters.
  float average_decay;
  float average_rest;
} ck_adamw_settings;

/// AdamW (decoupled weight decay) followed by the moving average of the updated parameters.
void ck_adamw_average(
    float *parameters, float *mean, float *variance, float *average, const float *gradients, int64_t count,
    const ck_adamw_settings *settings);

#endif
