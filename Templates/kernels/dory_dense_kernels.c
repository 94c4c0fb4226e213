/* SPDX-License-Identifier: Apache-2.0 */
#include "dory_dense_kernels.h"

#if DORY_SIMD

#include "dory_dense_run.h"

/* Requantized within the blocks: whole groups go straight to the output, the channels of a last one that is
 * not whole by way of the stack. */
DORY_INLINE void dory_dense_fused(const dory_dense_share_t *share, uint8_t *output,
                                  dory_dense_compute_t *compute, dory_dense_windows_t *windows, int32_t *gaps,
                                  int32_t low, int32_t high) {
  const int32_t channels = share->channels;
  const int32_t beside = share->output_column * channels;
  const int32_t own = dory_min(share->groups * DORY_GROUP, channels - share->channel);
  const int32_t whole = own / DORY_GROUP;
  const int32_t partial = own % DORY_GROUP;
  dory_dense_block_t block;
  dory_dense_walk_t walk;
  block.limits[0] = low;
  block.limits[1] = high;
  block.pixels = 0;
  dory_dense_prepare(&block, share, gaps);
  output += share->channel;
  const bool in_runs = partial == 0 && share->most_pixels == DORY_DENSE_PIXELS;
  const int32_t ahead = DORY_DENSE_PIXELS * share->input_column;
  const bool gathers = windows && share->window.gathered;
  const int32_t together = gathers ? dory_max(DORY_DENSE_GATHER_BYTES / block.ahead, 1) : INT32_MAX;
  for (dory_dense_start(share, in_runs, &walk); walk.pixels > 0; dory_dense_advance(share, &walk)) {
    int32_t codes[DORY_DENSE_PIXELS];
    uint8_t *to = output + walk.position * channels;
    const uint8_t *input = walk.input;
    int32_t left = walk.blocks;
    int32_t blocks = dory_min(left, together);
    if (walk.pixels != block.pixels || partial > 0) {
      dory_dense_size(&block, walk.pixels, beside);
    }
    dory_dense_aim(&block, share, input, walk.pixels, blocks, windows);
    dory_dense_send(&block, to, whole);
    if (whole == 0) {
      left = 0;
    }
    for (;;) {
      if (left == 0) { /* but the last group */
        dory_dense_size(&block, walk.pixels, DORY_GROUP);
        dory_dense_send(&block, codes, 1);
      }
      compute(&block);
      left -= blocks;
      if (left > 0) {
        input += blocks * ahead;
        to += blocks * block.across;
        blocks = dory_min(left, together);
        dory_dense_aim(&block, share, input, walk.pixels, blocks, windows);
        dory_dense_send(&block, to, whole);
      } else if (left == 0 && partial > 0) {
        block.weights += whole * share->group_bytes;
      } else {
        break;
      }
    }
    if (partial > 0) {
      dory_dense_copy(codes, walk.pixels, partial, to + DORY_GROUP * whole, beside);
    }
  }
}

/* This core's share of a tile of one position, two groups at a time; false, and nothing else, unless the
 * share has whole groups and several steps. The window is pointwise, and input codes have 8 bits. */
DORY_INLINE bool dory_dense_single(const dory_tile_t *tile, int32_t parameter_words,
                                   dory_dense_pairs_t *compute_pairs, dory_dense_compute_t *compute,
                                   int32_t low, int32_t high) {
  const int32_t steps = (tile->input_channels.size + 3) >> 2;
  const int32_t channels = tile->channels.size;
  const int32_t groups = (channels + DORY_GROUP - 1) >> 2;
  const int32_t width = dory_dense_range(groups, dory_core_count(), 0);
  const int32_t first = dory_core_id() * width;
  const int32_t own = dory_min(width, groups - first);
  if (own <= 0 || steps == 1 || (first + own) * DORY_GROUP > channels) {
    return false;
  }
  const int32_t group_bytes = 16 * (steps + parameter_words);
  const int8_t *weights = (const int8_t *)tile->weights + first * group_bytes;
  uint8_t *output = (uint8_t *)tile->output + first * DORY_GROUP;
  if (own > 1) {
    compute_pairs(tile->input[0], own >> 1, group_bytes, steps - 1, 16 * parameter_words, low, high, &weights,
                  &output);
  }
  if ((own & 1) != 0) {
    dory_dense_block_t block;
    block.first = tile->input[0];
    block.weights = weights;
    block.output = output;
    block.pixels = 1;
    block.groups = 1;
    block.rest = steps - 1;
    block.tail = 16 * parameter_words;
    block.next = 0;
    block.back = 4;
    block.limits[0] = low;
    block.limits[1] = high;
    compute(&block);
  }
  return true;
}

/* Sums that are requantized apart, group by group. */
DORY_INLINE void dory_dense_apart(const dory_dense_share_t *share, dory_dense_sums_t *group,
                                  dory_dense_finish_t *finish, dory_dense_compute_t *compute,
                                  dory_dense_windows_t *windows, int32_t *gaps) {
  int32_t sums[DORY_DENSE_PIXELS * DORY_GROUP];
  const int32_t weight_bytes = 16 * share->steps * share->segments;
  dory_dense_block_t block;
  dory_dense_walk_t walk;
  group->sums = sums;
  group->step = share->output_column * share->channels;
  dory_dense_prepare(&block, share, gaps);
  for (dory_dense_start(share, false, &walk); walk.pixels > 0; dory_dense_advance(share, &walk)) {
    int32_t left = share->channels - share->channel;
    dory_dense_aim(&block, share, walk.input, walk.pixels, 1, windows);
    dory_dense_size(&block, walk.pixels, 0);
    dory_dense_send(&block, sums, 1);
    group->pixels = walk.pixels;
    group->index = walk.position * share->channels + share->channel;
    for (int32_t i = 0; i < share->groups; i++) {
      compute(&block);
      group->parameters = (const int32_t *)(block.weights + weight_bytes);
      group->channels = dory_min(left, DORY_GROUP);
      finish(group);
      block.weights += share->group_bytes;
      group->index += DORY_GROUP;
      left -= DORY_GROUP;
    }
  }
}

/* A kernel for windows of one segment of two words at least, and one for tiles of a single position. */
#define DORY_DENSE_WHOLE(name, dot, form, limit, pack)                                                       \
  DORY_DENSE_BLOCK(name##_block, WHOLE, dot, form, limit, pack, DORY_OUTPUT)                                 \
  DORY_DENSE_PAIRS(name##_pairs, dot, form, limit, pack)                                                     \
  void name(const dory_dense_share_t *share, void *output, int32_t low, int32_t high) {                      \
    dory_dense_windows_t windows;                                                                            \
    dory_dense_fused(share, output, name##_block, &windows, 0, low, high);                                   \
  }                                                                                                          \
  bool name##_single(const dory_tile_t *tile, int32_t parameter_words, int32_t low, int32_t high) {          \
    return dory_dense_single(tile, parameter_words, name##_pairs, name##_block, low, high);                  \
  }

/* A kernel for all windows. Those of several segments are not gathered, so that their gaps have the room. */
#define DORY_DENSE_ANY(name, dot, form, limit, pack)                                                         \
  DORY_DENSE_BLOCK(name##_any_block, SEGMENTS, dot, form, limit, pack, DORY_OUTPUT)                          \
  void name##_any(const dory_dense_share_t *share, void *output, int32_t low, int32_t high) {                \
    dory_dense_windows_t windows;                                                                            \
    dory_dense_fused(share, output, name##_any_block, &windows, windows.words, low, high);                   \
  }

/* Both. */
#define DORY_DENSE_BOTH(name, dot, form, limit, pack)                                                        \
  DORY_DENSE_WHOLE(name, dot, form, limit, pack)                                                             \
  DORY_DENSE_ANY(name, dot, form, limit, pack)

/* A kernel that leaves sums, for all windows. */
#define DORY_DENSE_APART(name, dot)                                                                          \
  DORY_DENSE_BLOCK(name##_block, SEGMENTS, dot, DORY_FORM_NONE, DORY_LIMIT_NONE, DORY_PACK_NONE, DORY_SUMS)  \
  void name(const dory_dense_share_t *share, dory_dense_sums_t *sums, dory_dense_finish_t *finish) {         \
    dory_dense_windows_t windows;                                                                            \
    dory_dense_apart(share, sums, finish, name##_block, &windows, windows.words);                            \
  }

/* The kernels of a form that is limited to the output's codes or within them. */
#define DORY_DENSE_WITHIN_CODES(each, name, dot, form_u8, form_i8, limit_u8, limit_i8)                       \
  each(name##_within_u8, dot, form_u8, limit_u8, DORY_PACK_WITHIN_U8)                                        \
      each(name##_within_i8, dot, form_i8, limit_i8, DORY_PACK_WITHIN_I8)
#define DORY_DENSE_LIMITED(each, name, dot, form_u8, form_i8, limit_u8, limit_i8)                            \
  each(name##_u8, dot, form_u8, limit_u8, DORY_PACK_ALL)                                                     \
      each(name##_i8, dot, form_i8, limit_i8, DORY_PACK_ALL)                                                 \
          DORY_DENSE_WITHIN_CODES(each, name, dot, form_u8, form_i8, limit_u8, limit_i8)

/* Those of one type of the input. */
#define DORY_DENSE_SHORT(each, input, dot)                                                                   \
  DORY_DENSE_LIMITED(each, dory_dense_##input##_rq32, dot, DORY_FORM_RQ32, DORY_FORM_RQ32, DORY_LIMIT_U8,    \
                     DORY_LIMIT_I8)                                                                          \
  DORY_DENSE_LIMITED(each, dory_dense_##input##_rq32p, dot, DORY_FORM_RQ32P, DORY_FORM_RQ32P, DORY_LIMIT_U8, \
                     DORY_LIMIT_I8)                                                                          \
  DORY_DENSE_LIMITED(each, dory_dense_##input##_rq32l, dot, DORY_FORM_RQ32L, DORY_FORM_RQ32L, DORY_LIMIT_U8, \
                     DORY_LIMIT_I8)                                                                          \
  DORY_DENSE_LIMITED(each, dory_dense_##input##_rq32d, dot, DORY_FORM_RQ32D_U8, DORY_FORM_RQ32D_I8,          \
                     DORY_LIMIT_NONE, DORY_LIMIT_NONE)                                                       \
  each(dory_dense_##input##_rq32c, dot, DORY_FORM_RQ32C, DORY_LIMIT_NONE, DORY_PACK_ALL)                     \
      DORY_DENSE_WITHIN_CODES(each, dory_dense_##input##_rq32c, dot, DORY_FORM_RQ32C, DORY_FORM_RQ32C,       \
                              DORY_LIMIT_U8, DORY_LIMIT_I8)                                                  \
          DORY_DENSE_APART(dory_dense_##input##_apart, dot)
#define DORY_DENSE_LONG(input, dot)                                                                          \
  DORY_DENSE_WITHIN_CODES(DORY_DENSE_BOTH, dory_dense_##input##_rqh, dot, DORY_FORM_RQH, DORY_FORM_RQH,      \
                          DORY_LIMIT_U8, DORY_LIMIT_I8)                                                      \
  DORY_DENSE_WITHIN_CODES(DORY_DENSE_ANY, dory_dense_##input##_rq64, dot, DORY_FORM_RQ64, DORY_FORM_RQ64,    \
                          DORY_LIMIT_U8, DORY_LIMIT_I8)                                                      \
  DORY_DENSE_WITHIN_CODES(DORY_DENSE_ANY, dory_dense_##input##_rq64s, dot, DORY_FORM_RQ64S, DORY_FORM_RQ64S, \
                          DORY_LIMIT_U8, DORY_LIMIT_I8)
DORY_DENSE_SHORT(DORY_DENSE_BOTH, u8, "dotusp.b")
DORY_DENSE_SHORT(DORY_DENSE_BOTH, i8, "dotsp.b")
DORY_DENSE_SHORT(DORY_DENSE_ANY, u16, "dotusp.h")
DORY_DENSE_SHORT(DORY_DENSE_ANY, i16, "dotsp.h")
DORY_DENSE_LONG(u8, "dotusp.b")
DORY_DENSE_LONG(i8, "dotsp.b")

#define DORY_DENSE_FINISH(name, form, is_wide)                                                               \
  void name(const dory_dense_sums_t *sums) {                                                                 \
    dory_dense_finish(form, is_wide, sums);                                                                  \
  }
DORY_DENSE_FINISH(dory_dense_finish_raw, DORY_RAW, false)
DORY_DENSE_FINISH(dory_dense_finish_rq32, DORY_RQ32, false)
DORY_DENSE_FINISH(dory_dense_finish_rq32c, DORY_RQ32C, false)
DORY_DENSE_FINISH(dory_dense_finish_rq32p, DORY_RQ32P, false)
DORY_DENSE_FINISH(dory_dense_finish_rq32l, DORY_RQ32L, false)
DORY_DENSE_FINISH(dory_dense_finish_rq32d, DORY_RQ32D, false)
DORY_DENSE_FINISH(dory_dense_finish_rqh, DORY_RQH, false)
DORY_DENSE_FINISH(dory_dense_finish_rq64, DORY_RQ64, false)
DORY_DENSE_FINISH(dory_dense_finish_rq64s, DORY_RQ64S, false)
DORY_DENSE_FINISH(dory_dense_finish_rq64x, DORY_RQ64X, false)
DORY_DENSE_FINISH(dory_dense_finish_rq64_wide, DORY_RQ64, true)
DORY_DENSE_FINISH(dory_dense_finish_rq64s_wide, DORY_RQ64S, true)
DORY_DENSE_FINISH(dory_dense_finish_rq64x_wide, DORY_RQ64X, true)
DORY_DENSE_FINISH(dory_dense_finish_rq64t, DORY_RQ64T, false)
DORY_DENSE_FINISH(dory_dense_finish_thr, DORY_THR, false)

#endif
