// Distances of rows to centres with rows as vector lanes: k-means and its seeding.
//
// Numeric coordinates come as panels of CK_PANEL_ROWS rows: panel[d * CK_PANEL_ROWS + r], rows beyond the last one zero.
// Every row sums over its coordinates one after the other, so results do not depend on the vector width.
#ifndef CLAVA_KERNELS_CLUSTERING_H
#define CLAVA_KERNELS_CLUSTERING_H

#include <stdint.h>

/// Rows of a panel.
#define CK_PANEL_ROWS 32

/// Centres are padded to a multiple of this.
#define CK_CENTRE_TILE 4

/// Lays at most CK_PANEL_ROWS row-major rows out as a panel.
void ck_panel(const double *numerics, int64_t rows, int64_t width, double *panel);

/// sums[d] += sum over the rows of x[d], squares[d] += sum of x[d]^2, rows in order.
void ck_column_moments(const double *numerics, int64_t rows, int64_t width, double *sums, double *squares);

/// out = the panel minus origin[d], rounded to single precision; norms[r] = Euclidean norm of the row.
void ck_screening_panel(const double *panel, int64_t width, const double *origin, float *out, float *norms);

/// Centres as slopes and bases: the score of a centre c is base[c] + sum over d of x[d] * slopes[c * width + d].
typedef struct {
  int64_t width;
  /// A multiple of CK_CENTRE_TILE; padding has infinite bases.
  int64_t count;
  const double *base;
  const double *slopes;
  /// The same for rows minus the origin, in single precision.
  const float *screening_base;
  const float *screening_slopes;
  /// Scores in single precision decide where they differ by more than bound_base + bound_slope * norm.
  float bound_base;
  float bound_slope;
} ck_centres;

/// labels[r] = the lowest c with the smallest score in double precision, for the first `rows` rows of a panel. Single
/// precision decides where it can; the number of other rows is returned.
int64_t ck_nearest_centres(
    const float *panel, const float *norms, const double *numerics, int64_t rows, const ck_centres *centres,
    int32_t *labels);

/// Asks for the coordinates of the rows that ck_move_rows will move, so that they arrive while other work is done.
void ck_fetch_moving_rows(
    const double *numerics, int64_t rows, int64_t width, const int32_t *new_labels, const int32_t *labels);

/// Moves rows between clusters: a row whose label changed is taken from sums[old] and added to sums[new], rows in
/// order; an old label below 0 means that the row is in no sum. `labels` receives the new labels. Returns the changes.
int64_t ck_move_rows(
    const double *numerics, int64_t rows, int64_t width, const int32_t *new_labels, int32_t *labels, double *counts,
    double *sums, int64_t sum_stride);

/// out[r] = squared distance of row r to the centre of its label.
void ck_label_distances(
    const double *numerics, int64_t rows, int64_t width, const int32_t *labels, const double *centres,
    int64_t centre_stride, double *out);

/// out[p * out_stride + r] = squared distance of each of the CK_PANEL_ROWS rows to point p of `count`.
void ck_point_distances(
    const double *panel, int64_t width, const double *points, int64_t count, int64_t out_stride, double *out);

/// Adds the squared distance of two one-hot blocks of scale^2 = square: 0 for equal codes, else square for either code
/// that is a level.
void ck_level_distances(const int32_t *codes, int64_t rows, int32_t code, double square, double *out);

/// out[p * out_stride + r] becomes at most limits[r] for CK_PANEL_ROWS rows of each point; totals[p * total_stride] =
/// their sum in 8 partial sums.
void ck_limited_sums(
    double *out, int64_t out_stride, int64_t count, const double *limits, double *totals, int64_t total_stride);

#endif
