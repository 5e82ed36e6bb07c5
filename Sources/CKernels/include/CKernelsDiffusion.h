// The two ends of the denoiser: assembling noisy rows, and the numeric and categorical heads.
#ifndef CLAVA_KERNELS_DIFFUSION_H
#define CLAVA_KERNELS_DIFFUSION_H

#include <stdint.h>

/// How a row's columns lie in a matrix row: numeric columns, then one block per categorical.
typedef struct {
  int64_t numeric_count;
  int64_t category_count;
  /// Sum of all widths.
  int64_t width;
  /// Per categorical: its levels, and the factor of its one-hot form.
  const int32_t *level_counts;
  const float *scales;
  /// Per numeric: the categorical whose code 1 says that the value is missing, or -1.
  const int32_t *missing_of;
} ck_layout;

/// sigma[i] = exp(location + scale * normals[i]).
void ck_edm_sigmas(double *sigma, const float *normals, double location, double scale, int64_t count);

/// times[i] = factor * ln sigma[i].
void ck_edm_times(double *times, const double *sigma, double factor, int64_t count);

/// Network input (x0 + sigma * noise) / sqrt(1 + sigma^2) of the table rows named by row_index. With sigma^2 =
/// (1 - product) / product that is the noisy row of a discrete process.
void ck_edm_inputs(
    float *input, const ck_layout *layout, const float *numerics, const int32_t *codes, const int32_t *row_index,
    const float *noise, const double *sigma, int64_t rows);

/// Losses and gradients of the heads. `output` is the network's output and becomes weight times the gradient of the
/// summed losses; loss[r * loss_stride + c] += the loss of column c in row r, so that a stride of 0 sums over rows.
void ck_edm_loss(
    float *output, double *loss, int64_t loss_stride, const ck_layout *layout, const float *numerics,
    const int32_t *codes, const int32_t *row_index, const float *noise, const double *sigma, int64_t rows,
    float weight);

/// sums[c] += losses[r * columns + c], row after row: the same additions as the kernels of losses make with a stride
/// of 0.
void ck_add_losses(double *sums, const double *losses, int64_t rows, int64_t columns);

/// The denoised row D of a state x under one sigma: numerics x/(1+s^2) + s/sqrt(1+s^2) F, categories scale * softmax(F).
void ck_edm_denoise(
    float *denoised, const float *output, const float *state, const ck_layout *layout, double sigma, int64_t rows);

/// ln softmax of the categorical blocks of the output, packed to width - numeric_count columns.
void ck_log_softmax(float *log_probabilities, const float *output, const ck_layout *layout, int64_t rows);

/// ln softmax of scale * x over the categorical blocks of a state, packed likewise: the level whose scaled one-hot form
/// is nearest to x is the most probable one.
void ck_log_nearest(float *log_probabilities, const float *state, const ck_layout *layout, int64_t rows);

/// x = a x + b d + c e; e may be null.
void ck_combine(float *x, const float *d, const float *e, float a, float b, float c, int64_t count);

/// out = factor * in.
void ck_scale(float *out, const float *in, float factor, int64_t count);

/// Number of elements that are infinite or not a number.
int64_t ck_count_not_finite(const float *values, int64_t count);

#endif
