// Distances between float rows and matching on dense blocks of them, with the other rows as vector lanes.
//
// Other rows come as panels of CK_ROW_PANEL rows: panel[d * CK_ROW_PANEL + r], rows beyond the last one zero. A squared
// distance sums over the coordinates one after the other and is at most FLT_MAX, so results do not depend on the vector
// width; ties go to the lowest position.
#ifndef CLAVA_KERNELS_NEIGHBOURS_H
#define CLAVA_KERNELS_NEIGHBOURS_H

#include <stdint.h>

/// Rows of a panel.
#define CK_ROW_PANEL 32

/// Lays rows out as panels: row r of the panels is rows[ids[r]], or rows[r] where ids is null.
void ck_row_panels(const float *rows, int64_t width, const int32_t *ids, int64_t count, float *panels);

/// Keeps the k nearest of `count` panel rows, whose positions start at `first`, for each of `anchor_count` row-major
/// anchors. Lists are sorted by distance, then position; they start as INFINITY and -1 and take panels in ascending
/// order of positions.
void ck_nearest_rows(
    const float *anchors, int64_t anchor_count, const float *panels, int64_t first, int64_t count, int64_t width,
    int64_t k, float *distances, int32_t *positions);

/// The position of the nearest panel row whose penalty is 0; the penalty of the others is INFINITY. Returns -1 when
/// there is none; `penalty` has a multiple of CK_ROW_PANEL entries.
int64_t ck_nearest_open_row(
    const float *anchor, const float *panels, const float *penalty, int64_t count, int64_t width, float *distance);

/// out[a * stride + r] = Euclidean distance of anchor a to panel row r; INFINITY for r in count..<stride. The stride is
/// a multiple of CK_ROW_PANEL.
void ck_row_distances(
    const float *anchors, int64_t anchor_count, const float *panels, int64_t count, int64_t width, int64_t stride,
    float *out);

/// The state of an assignment of rows to columns of a dense cost matrix; costs[r * stride + c], INFINITY for padding.
typedef struct {
  const float *costs;
  int64_t rows;
  /// At least `rows`.
  int64_t columns;
  int64_t stride;
  /// One per column of the stride, not negative.
  float *prices;
  /// The row of each column of the stride, or -1.
  int32_t *owners;
  /// The column of each row, or -1.
  int32_t *places;
} ck_assignment;

/// The least cost of a row.
float ck_row_minimum(const ck_assignment *assignment, int64_t row);

/// Forward auction: rows without a column bid in the order of `queue` (capacity `rows`, filled with `waiting` rows),
/// each bid raises a price by at least epsilon. Ends after `budget` bids; returns how many rows at the front of `queue`
/// still wait.
int64_t ck_auction(ck_assignment *assignment, float epsilon, int64_t budget, int32_t *queue, int64_t waiting);

/// Gives each of `waiting` rows a column along a shortest augmenting path. `keys`, `lengths` and `previous` hold
/// `stride` entries, `scanned` `columns`.
void ck_augment(
    ck_assignment *assignment, const int32_t *queue, int64_t waiting, float *keys, float *lengths, int32_t *previous,
    int32_t *scanned);

#endif
