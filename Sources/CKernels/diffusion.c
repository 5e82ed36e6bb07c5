#include "multiversion.h"

#include "CKernelsDiffusion.h"

MULTIVERSION
void ck_edm_sigmas(
    double *restrict sigma, const float *restrict normals, double location, double scale, int64_t count) {
  for (int64_t i = 0; i < count; i++) { sigma[i] = exp_double(location + scale * normals[i]); }
}

MULTIVERSION
void ck_edm_times(double *restrict times, const double *restrict sigma, double factor, int64_t count) {
  for (int64_t i = 0; i < count; i++) { times[i] = factor * log_double(sigma[i]); }
}

MULTIVERSION
void ck_edm_inputs(
    float *restrict input, const ck_layout *layout, const float *restrict numerics, const int32_t *restrict codes,
    const int32_t *restrict row_index, const float *restrict noise, const double *restrict sigma, int64_t rows) {
  int64_t numeric_count = layout->numeric_count, width = layout->width;
  for (int64_t r = 0; r < rows; r++) {
    double root = __builtin_elementwise_sqrt(1.0 + sigma[r] * sigma[r]);
    float data_factor = (float)(1.0 / root), noise_factor = (float)(sigma[r] / root);
    float *restrict row = input + r * width;
    const float *restrict draws = noise + r * width;
    for (int64_t c = 0; c < width; c++) { row[c] = noise_factor * draws[c]; }
    const float *restrict values = numerics + row_index[r] * numeric_count;
    for (int64_t c = 0; c < numeric_count; c++) { row[c] += data_factor * values[c]; }
    const int32_t *code = codes + row_index[r] * layout->category_count;
    int64_t offset = numeric_count;
    for (int64_t k = 0; k < layout->category_count; k++) {
      row[offset + code[k]] += data_factor * layout->scales[k];
      offset += layout->level_counts[k];
    }
  }
}

// Sum in 16 lanes, then pairwise.
INLINE float lane_sum(const float *restrict values, int64_t count) {
  float lanes[LANES] = {0};
  int64_t i = 0;
  for (; i + LANES <= count; i += LANES) {
    for (int lane = 0; lane < LANES; lane++) { lanes[lane] += values[i + lane]; }
  }
  for (int lane = 0; i < count; i++, lane++) { lanes[lane] += values[i]; }
  for (int half = LANES / 2; half > 0; half /= 2) {
    for (int lane = 0; lane < half; lane++) { lanes[lane] += lanes[lane + half]; }
  }
  return lanes[0];
}

// exponentials[k] = e^(logits[k] - greatest); returns their sum. The pointers may be equal.
INLINE float softmax_terms(float *exponentials, const float *logits, int64_t levels, float *greatest) {
  float top = logits[0];
  for (int64_t k = 1; k < levels; k++) { top = logits[k] > top ? logits[k] : top; }
  for (int64_t k = 0; k < levels; k++) { exponentials[k] = exp_float(logits[k] - top); }
  *greatest = top;
  return lane_sum(exponentials, levels);
}

MULTIVERSION
void ck_edm_loss(
    float *restrict output, double *restrict loss, int64_t loss_stride, const ck_layout *layout,
    const float *restrict numerics, const int32_t *restrict codes, const int32_t *restrict row_index,
    const float *restrict noise, const double *restrict sigma, int64_t rows, float weight) {
  int64_t numeric_count = layout->numeric_count, width = layout->width;
  for (int64_t r = 0; r < rows; r++) {
    double *restrict column_loss = loss + r * loss_stride;
    double root = __builtin_elementwise_sqrt(1.0 + sigma[r] * sigma[r]);
    float data_factor = (float)(sigma[r] / root), noise_factor = (float)(1.0 / root);
    float *restrict row = output + r * width;
    const float *restrict draws = noise + r * width;
    const float *restrict values = numerics + row_index[r] * numeric_count;
    const int32_t *code = codes + row_index[r] * layout->category_count;
    for (int64_t c = 0; c < numeric_count; c++) {
      // (x0 - x / (1 + s^2)) sqrt(1 + s^2) / s without the cancellation: (s x0 - noise) / sqrt(1 + s^2).
      float residual = row[c] - (data_factor * values[c] - noise_factor * draws[c]);
      int32_t indicator = layout->missing_of[c];
      residual = indicator >= 0 && code[indicator] == 1 ? 0.0f : residual;
      column_loss[c] += (double)residual * residual;
      row[c] = 2.0f * weight * residual;
    }
    int64_t offset = numeric_count;
    for (int64_t k = 0; k < layout->category_count; k++) {
      int64_t levels = layout->level_counts[k];
      float *logits = row + offset;
      float chosen = logits[code[k]], greatest;
      float sum = softmax_terms(logits, logits, levels, &greatest);
      column_loss[numeric_count + k] += (double)(log_float(sum) + (greatest - chosen));
      float factor = weight / sum;
      for (int64_t i = 0; i < levels; i++) { logits[i] *= factor; }
      logits[code[k]] -= weight;
      offset += levels;
    }
  }
}

MULTIVERSION
void ck_add_losses(double *restrict sums, const double *restrict losses, int64_t rows, int64_t columns) {
  for (int64_t r = 0; r < rows; r++) {
    for (int64_t c = 0; c < columns; c++) { sums[c] += losses[r * columns + c]; }
  }
}

MULTIVERSION
void ck_edm_denoise(
    float *restrict denoised, const float *restrict output, const float *restrict state, const ck_layout *layout,
    double sigma, int64_t rows) {
  int64_t numeric_count = layout->numeric_count, width = layout->width;
  double power = 1.0 + sigma * sigma;
  float state_factor = (float)(1.0 / power);
  float output_factor = (float)(sigma / __builtin_elementwise_sqrt(power));
  for (int64_t r = 0; r < rows; r++) {
    float *restrict row = denoised + r * width;
    const float *restrict f = output + r * width;
    const float *restrict x = state + r * width;
    for (int64_t c = 0; c < numeric_count; c++) { row[c] = state_factor * x[c] + output_factor * f[c]; }
    int64_t offset = numeric_count;
    for (int64_t k = 0; k < layout->category_count; k++) {
      int64_t levels = layout->level_counts[k];
      float greatest;
      float sum = softmax_terms(row + offset, f + offset, levels, &greatest);
      float factor = layout->scales[k] / sum;
      for (int64_t i = offset; i < offset + levels; i++) { row[i] *= factor; }
      offset += levels;
    }
  }
}

MULTIVERSION
void ck_log_softmax(
    float *restrict log_probabilities, const float *restrict output, const ck_layout *layout, int64_t rows) {
  int64_t packed = layout->width - layout->numeric_count;
  for (int64_t r = 0; r < rows; r++) {
    float *out = log_probabilities + r * packed;
    const float *logits = output + r * layout->width + layout->numeric_count;
    for (int64_t k = 0; k < layout->category_count; k++) {
      int64_t levels = layout->level_counts[k];
      float greatest;
      float shift = log_float(softmax_terms(out, logits, levels, &greatest));
      for (int64_t i = 0; i < levels; i++) { out[i] = (logits[i] - greatest) - shift; }
      out += levels;
      logits += levels;
    }
  }
}

MULTIVERSION
void ck_log_nearest(
    float *restrict log_probabilities, const float *restrict state, const ck_layout *layout, int64_t rows) {
  int64_t packed = layout->width - layout->numeric_count;
  for (int64_t r = 0; r < rows; r++) {
    float *out = log_probabilities + r * packed;
    const float *values = state + r * layout->width + layout->numeric_count;
    for (int64_t k = 0; k < layout->category_count; k++) {
      int64_t levels = layout->level_counts[k];
      float top = values[0], scale = layout->scales[k], sum = 0;
      for (int64_t i = 1; i < levels; i++) { top = values[i] > top ? values[i] : top; }
      // Differences first: the product of a large value and the scale could overflow.
      for (int64_t i = 0; i < levels; i++) { out[i] = scale * (values[i] - top); }
      for (int64_t i = 0; i < levels; i++) { sum += exp_float(out[i]); }
      float shift = log_float(sum);
      for (int64_t i = 0; i < levels; i++) { out[i] -= shift; }
      out += levels;
      values += levels;
    }
  }
}

MULTIVERSION
void ck_combine(
    float *restrict x, const float *restrict d, const float *restrict e, float a, float b, float c, int64_t count) {
  if (e == 0) {
    for (int64_t i = 0; i < count; i++) { x[i] = a * x[i] + b * d[i]; }
    return;
  }
  for (int64_t i = 0; i < count; i++) { x[i] = a * x[i] + b * d[i] + c * e[i]; }
}

MULTIVERSION
void ck_scale(float *restrict out, const float *restrict in, float factor, int64_t count) {
  for (int64_t i = 0; i < count; i++) { out[i] = factor * in[i]; }
}

MULTIVERSION
int64_t ck_count_not_finite(const float *restrict values, int64_t count) {
  int64_t found = 0;
  for (int64_t i = 0; i < count; i++) { found += (bits_of_float(values[i]) & 0x7F800000u) == 0x7F800000u; }
  return found;
}
