#include "multiversion.h"

#include "CKernelsDiffusion.h"

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
void ck_noisy_inputs(
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
    float *restrict output, double *restrict column_loss, const ck_layout *layout, const float *restrict numerics,
    const int32_t *restrict codes, const int32_t *restrict row_index, const float *restrict noise,
    const double *restrict sigma, int64_t rows, float weight) {
  int64_t numeric_count = layout->numeric_count, width = layout->width;
  for (int64_t r = 0; r < rows; r++) {
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
void ck_noise_loss(
    float *restrict output, double *restrict column_loss, const ck_layout *layout, const int32_t *restrict codes,
    const int32_t *restrict row_index, const float *restrict noise, int64_t rows, float weight) {
  int64_t numeric_count = layout->numeric_count, width = layout->width;
  for (int64_t r = 0; r < rows; r++) {
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
    float *restrict output, double *restrict column_loss, const ck_layout *layout, const float *restrict numerics,
    const int32_t *restrict codes, const int32_t *restrict row_index, const float *restrict noise,
    const double *restrict times, const ck_bound *bound, int64_t rows, float weight) {
  int64_t numeric_count = layout->numeric_count, width = layout->width;
  for (int64_t r = 0; r < rows; r++) {
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
void ck_clean_estimate(
    float *restrict out, const float *restrict x, const float *restrict e, const float *restrict g, float a, float b,
    float c, int64_t count) {
  if (g == 0) {
    for (int64_t i = 0; i < count; i++) { out[i] = a * x[i] + b * e[i]; }
    return;
  }
  for (int64_t i = 0; i < count; i++) { out[i] = a * x[i] + b * e[i] + c * g[i]; }
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
