#include "multiversion.h"

#include "CKernelsDiscrete.h"

MULTIVERSION
void ck_noise_loss(
    float *restrict output, double *restrict loss, int64_t loss_stride, const ck_layout *layout,
    const int32_t *restrict codes, const int32_t *restrict row_index, const float *restrict noise, int64_t rows,
    float weight) {
  int64_t numeric_count = layout->numeric_count, width = layout->width;
  for (int64_t r = 0; r < rows; r++) {
    double *restrict column_loss = loss + r * loss_stride;
    float *restrict row = output + r * width;
    const float *restrict draws = noise + r * width;
    const int32_t *code = codes + row_index[r] * layout->category_count;
    for (int64_t c = 0; c < width; c++) { row[c] -= draws[c]; }
    for (int64_t c = 0; c < numeric_count; c++) {
      int32_t indicator = layout->missing_of[c];
      row[c] = indicator >= 0 && code[indicator] == 1 ? 0.0f : row[c];
    }
    for (int64_t c = 0; c < width; c++) {
      column_loss[c] += (double)row[c] * row[c];
      row[c] *= 2.0f * weight;
    }
  }
}

// Phi(v) by tanh, as the published bound takes it: 1 / (1 + e^(-2 sqrt(2 / pi) (v + 0.044715 v^3))).
INLINE double normal_share(double v, double *slope) {
  double exponent = 1.5957691216057308 * (v + 0.044715 * v * v * v);
  // Beyond 60 the share is 0 or 1 in double precision already.
  exponent = exponent > 60.0 ? 60.0 : exponent;
  exponent = exponent < -60.0 ? -60.0 : exponent;
  double share = 1.0 / (1.0 + exp_double(-exponent));
  *slope = 1.5957691216057308 * (1.0 + 3.0 * 0.044715 * v * v) * share * (1.0 - share);
  return share;
}

// -log2 of the probability that a normal with the given mean error falls into the bin around `value`, and its slope in
// the error. The outermost bins are open.
INLINE double bin_bits(double value, double error, double inverse_deviation, double *slope) {
  const double half_bin = 1.0 / 255.0, smallest = 1e-12, bits = 1.4426950408889634;
  double upper_slope, lower_slope;
  double upper = normal_share((error + half_bin) * inverse_deviation, &upper_slope);
  double lower = normal_share((error - half_bin) * inverse_deviation, &lower_slope);
  if (value < -0.999) {
    lower = 0.0;
    lower_slope = 0.0;
  } else if (value > 0.999) {
    upper = 1.0;
    upper_slope = 0.0;
  }
  double probability = upper - lower;
  int clipped = !(probability > smallest) && probability == probability;
  *slope = clipped ? 0.0 : -bits * inverse_deviation * (upper_slope - lower_slope) / probability;
  return -bits * log_double(clipped ? smallest : probability);
}

MULTIVERSION
void ck_bound_loss(
    float *restrict output, double *restrict column_losses, int64_t loss_stride, const ck_layout *layout,
    const float *restrict numerics, const int32_t *restrict codes, const int32_t *restrict row_index,
    const float *restrict noise, const double *restrict times, const ck_bound *bound, int64_t rows, float weight) {
  int64_t numeric_count = layout->numeric_count, width = layout->width;
  for (int64_t r = 0; r < rows; r++) {
    double *restrict column_loss = column_losses + r * loss_stride;
    float *restrict row = output + r * width;
    const float *restrict draws = noise + r * width;
    const float *restrict values = numerics + row_index[r] * numeric_count;
    const int32_t *code = codes + row_index[r] * layout->category_count;
    int64_t step = (int64_t)times[r];
    double factor = bound->factors[step], constant = bound->constants[step];
    int64_t category = 0, level = 0;
    for (int64_t c = 0; c < width; c++) {
      double error = (double)row[c] - draws[c], loss, slope;
      int is_missing = 0;
      double value;
      if (c < numeric_count) {
        int32_t indicator = layout->missing_of[c];
        is_missing = indicator >= 0 && code[indicator] == 1;
        value = values[c];
      } else {
        value = code[category] == level ? layout->scales[category] : 0.0;
        if (++level == layout->level_counts[category]) {
          level = 0;
          category++;
        }
      }
      if (step > 0) {
        loss = constant + factor * error * error;
        slope = 2.0 * factor * error;
      } else {
        loss = bin_bits(value, bound->error_factor * error, bound->inverse_deviation, &slope);
        slope *= bound->error_factor;
      }
      column_loss[c] += is_missing ? 0.0 : loss;
      row[c] = is_missing ? 0.0f : (float)(weight * slope);
    }
  }
}

MULTIVERSION
void ck_reverse_step(
    float *restrict x, const float *restrict e, const float *restrict g, const float *restrict z, float a, float b,
    float c, float d, int64_t count) {
  if (g == 0 && z == 0) {
    for (int64_t i = 0; i < count; i++) { x[i] = a * x[i] + b * e[i]; }
  } else if (g == 0) {
    for (int64_t i = 0; i < count; i++) { x[i] = a * x[i] + b * e[i] + d * z[i]; }
  } else if (z == 0) {
    for (int64_t i = 0; i < count; i++) { x[i] = a * x[i] + b * e[i] + c * g[i]; }
  } else {
    for (int64_t i = 0; i < count; i++) { x[i] = a * x[i] + b * e[i] + c * g[i] + d * z[i]; }
  }
}

MULTIVERSION
void ck_limit_clean(
    float *restrict out, const float *restrict x, const float *restrict e, float signal, float noise, float limit,
    int64_t count) {
  float reach = limit * signal, inverse = 1.0f / noise;
  for (int64_t i = 0; i < count; i++) {
    float clean = x[i] - noise * e[i];
    float kept = clean > reach ? reach : clean < -reach ? -reach : clean;
    out[i] = kept == clean ? e[i] : (x[i] - kept) * inverse;
  }
}

MULTIVERSION
void ck_clean_estimate(
    float *restrict out, const float *restrict x, const float *restrict e, const float *restrict g, float a, float b,
    float c, int64_t count) {
  if (g == 0) {
    for (int64_t i = 0; i < count; i++) { out[i] = a * x[i] + b * e[i]; }
    return;
  }
  for (int64_t i = 0; i < count; i++) { out[i] = a * x[i] + b * e[i] + c * g[i]; }
}
