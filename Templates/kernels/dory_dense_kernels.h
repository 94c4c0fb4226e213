/* SPDX-License-Identifier: Apache-2.0 */
/* The kernels of dory_dense on cores with packed arithmetic: one for each type of the input, form and limits
 * of the codes, and for windows of one segment (of two steps at least) or of several; forms of 64 bits, whose
 * requantization takes so long that the loop over segments hardly counts, have the latter only.
 *
 * They are compiled once for a whole program, of which the linker keeps those that its layers name.
 */
#ifndef DORY_DENSE_KERNELS_H
#define DORY_DENSE_KERNELS_H

#include "dory_dense_finish.h"

#if DORY_SIMD

/* Requantizes where sums are made. Codes are limited to `low`...`high`, given in each byte, by kernels that
 * have "within" in their name; else to those of the output's type, or not at all. */
typedef void dory_dense_fused_t(const dory_dense_share_t *share, void *output, int32_t low, int32_t high);

/* Hands the sums of each block and group to `finish`. */
typedef void dory_dense_finish_t(const dory_dense_sums_t *sums);
typedef void dory_dense_apart_t(const dory_dense_share_t *share, dory_dense_sums_t *sums,
                                dory_dense_finish_t *finish);

#define DORY_DENSE_BOTH(kind, name) kind name, name##_segments;
#define DORY_DENSE_DECLARE(input)                                                                            \
  DORY_DENSE_BOTH(dory_dense_fused_t, dory_dense_##input##_rq32_u8)                                          \
  DORY_DENSE_BOTH(dory_dense_fused_t, dory_dense_##input##_rq32_i8)                                          \
  DORY_DENSE_BOTH(dory_dense_fused_t, dory_dense_##input##_rq32_within_u8)                                   \
  DORY_DENSE_BOTH(dory_dense_fused_t, dory_dense_##input##_rq32_within_i8)                                   \
  DORY_DENSE_BOTH(dory_dense_fused_t, dory_dense_##input##_rq32c)                                            \
  DORY_DENSE_BOTH(dory_dense_fused_t, dory_dense_##input##_rq32c_within_u8)                                  \
  DORY_DENSE_BOTH(dory_dense_fused_t, dory_dense_##input##_rq32c_within_i8)                                  \
  DORY_DENSE_BOTH(dory_dense_fused_t, dory_dense_##input##_rqh_within_u8)                                    \
  DORY_DENSE_BOTH(dory_dense_fused_t, dory_dense_##input##_rqh_within_i8)                                    \
  dory_dense_fused_t dory_dense_##input##_rq64_within_u8_segments;                                           \
  dory_dense_fused_t dory_dense_##input##_rq64_within_i8_segments;                                           \
  dory_dense_fused_t dory_dense_##input##_rq64s_within_u8_segments;                                          \
  dory_dense_fused_t dory_dense_##input##_rq64s_within_i8_segments;                                          \
  DORY_DENSE_BOTH(dory_dense_apart_t, dory_dense_##input##_apart)
DORY_DENSE_DECLARE(u8)
DORY_DENSE_DECLARE(i8)
DORY_DENSE_DECLARE(u16)
DORY_DENSE_DECLARE(i16)

dory_dense_finish_t dory_dense_finish_raw, dory_dense_finish_rq32, dory_dense_finish_rq32c,
    dory_dense_finish_rqh, dory_dense_finish_rq64, dory_dense_finish_rq64s, dory_dense_finish_rq64x,
    dory_dense_finish_rq64t, dory_dense_finish_thr;

/* How codes are limited after the requantization. */
typedef enum { DORY_DENSE_FREE, DORY_DENSE_FULL, DORY_DENSE_WITHIN } dory_dense_limit_t;

#define DORY_DENSE_SELECT(input)                                                                             \
  DORY_INLINE dory_dense_fused_t *dory_dense_##input##_kernel(dory_form_t form, bool is_signed,              \
                                                              dory_dense_limit_t limit, bool is_whole) {     \
    if (form == DORY_RQ32 && limit == DORY_DENSE_FULL) {                                                     \
      return is_signed ? (is_whole ? dory_dense_##input##_rq32_i8 : dory_dense_##input##_rq32_i8_segments)   \
                       : (is_whole ? dory_dense_##input##_rq32_u8 : dory_dense_##input##_rq32_u8_segments);  \
    }                                                                                                        \
    if (form == DORY_RQ32) {                                                                                 \
      return is_signed ? (is_whole ? dory_dense_##input##_rq32_within_i8                                     \
                                   : dory_dense_##input##_rq32_within_i8_segments)                           \
                       : (is_whole ? dory_dense_##input##_rq32_within_u8                                     \
                                   : dory_dense_##input##_rq32_within_u8_segments);                          \
    }                                                                                                        \
    if (form == DORY_RQ32C && limit == DORY_DENSE_FREE) {                                                    \
      return is_whole ? dory_dense_##input##_rq32c : dory_dense_##input##_rq32c_segments;                    \
    }                                                                                                        \
    if (form == DORY_RQ32C) {                                                                                \
      return is_signed ? (is_whole ? dory_dense_##input##_rq32c_within_i8                                    \
                                   : dory_dense_##input##_rq32c_within_i8_segments)                          \
                       : (is_whole ? dory_dense_##input##_rq32c_within_u8                                    \
                                   : dory_dense_##input##_rq32c_within_u8_segments);                         \
    }                                                                                                        \
    if (form == DORY_RQ64) {                                                                                 \
      return is_signed ? dory_dense_##input##_rq64_within_i8_segments                                        \
                       : dory_dense_##input##_rq64_within_u8_segments;                                       \
    }                                                                                                        \
    if (form == DORY_RQ64S) {                                                                                \
      return is_signed ? dory_dense_##input##_rq64s_within_i8_segments                                       \
                       : dory_dense_##input##_rq64s_within_u8_segments;                                      \
    }                                                                                                        \
    return is_signed ? (is_whole ? dory_dense_##input##_rqh_within_i8                                        \
                                 : dory_dense_##input##_rqh_within_i8_segments)                              \
                     : (is_whole ? dory_dense_##input##_rqh_within_u8                                        \
                                 : dory_dense_##input##_rqh_within_u8_segments);                             \
  }
DORY_DENSE_SELECT(u8)
DORY_DENSE_SELECT(i8)
DORY_DENSE_SELECT(u16)
DORY_DENSE_SELECT(i16)

DORY_INLINE dory_dense_fused_t *dory_dense_kernel(const dory_dense_t *layer, bool is_whole) {
  const bool is_signed = layer->output_type == DORY_I8;
  const bool is_full = layer->low == (is_signed ? -128 : 0) && layer->high == (is_signed ? 127 : 255);
  const bool is_free = layer->low == INT32_MIN && layer->high == INT32_MAX;
  const dory_dense_limit_t limit = is_free ? DORY_DENSE_FREE : is_full ? DORY_DENSE_FULL : DORY_DENSE_WITHIN;
  switch (layer->input_type) {
  case DORY_U8:
    return dory_dense_u8_kernel(layer->form, is_signed, limit, is_whole);
  case DORY_I8:
    return dory_dense_i8_kernel(layer->form, is_signed, limit, is_whole);
  case DORY_U16:
    return dory_dense_u16_kernel(layer->form, is_signed, limit, is_whole);
  default:
    return dory_dense_i16_kernel(layer->form, is_signed, limit, is_whole);
  }
}

DORY_INLINE dory_dense_apart_t *dory_dense_apart_kernel(dory_type_t input, bool is_whole) {
  switch (input) {
  case DORY_U8:
    return is_whole ? dory_dense_u8_apart : dory_dense_u8_apart_segments;
  case DORY_I8:
    return is_whole ? dory_dense_i8_apart : dory_dense_i8_apart_segments;
  case DORY_U16:
    return is_whole ? dory_dense_u16_apart : dory_dense_u16_apart_segments;
  default:
    return is_whole ? dory_dense_i16_apart : dory_dense_i16_apart_segments;
  }
}

DORY_INLINE dory_dense_finish_t *dory_dense_finish_of(dory_form_t form) {
  switch (form) {
  case DORY_RAW:
    return dory_dense_finish_raw;
  case DORY_RQ32:
    return dory_dense_finish_rq32;
  case DORY_RQ32C:
    return dory_dense_finish_rq32c;
  case DORY_RQH:
    return dory_dense_finish_rqh;
  case DORY_RQ64:
    return dory_dense_finish_rq64;
  case DORY_RQ64S:
    return dory_dense_finish_rq64s;
  case DORY_RQ64X:
    return dory_dense_finish_rq64x;
  case DORY_RQ64T:
    return dory_dense_finish_rq64t;
  case DORY_THR:
    return dory_dense_finish_thr;
  }
  return dory_dense_finish_raw;
}

/* Whether all channels of a share are shifted by 32 at least, as the kernels for 64 bits take it. */
DORY_INLINE bool dory_dense_is_wide(const dory_dense_share_t *share) {
  const int8_t *shifts = share->weights + 16 * share->steps * share->segments + 4 * 4 * DORY_GROUP;
  const int32_t own = dory_min(share->groups * DORY_GROUP, share->channels - share->channel);
  int32_t common = 32;
  for (int32_t channel = 0; channel < own; channel++) {
    const int8_t *group = shifts + (channel >> 2) * share->group_bytes;
    common &= ((const int32_t *)(const void *)group)[channel & 3];
  }
  return common != 0;
}

/* Whether codes are made where sums are: codes of 8 bits that need no list and no other passes. Kernels of
 * longer forms have as much code as all others of a layer; inputs of 16 bits, which are rare, do without. */
DORY_INLINE bool dory_dense_is_fused(const dory_dense_t *layer, const dory_dense_share_t *share) {
  if ((layer->output_type != DORY_U8 && layer->output_type != DORY_I8) || layer->accumulates) {
    return false;
  }
  const bool is_short = layer->input_type == DORY_U8 || layer->input_type == DORY_I8;
  switch (layer->form) {
  case DORY_RQ32:
  case DORY_RQ32C:
    return true;
  case DORY_RQH:
    return is_short;
  case DORY_RQ64:
  case DORY_RQ64S:
    return is_short && !share->window.gathered && dory_dense_is_wide(share);
  default:
    return false;
  }
}

/* A core's share of a tile. */
DORY_INLINE void dory_dense_simd(const dory_tile_t *tile, const dory_dense_t *layer,
                                 const dory_dense_share_t *share) {
  const bool is_whole = share->segments == 1 && share->steps > 1;
  if (dory_dense_is_fused(layer, share)) {
    const int32_t low = dory_max(layer->low, layer->output_type == DORY_I8 ? -128 : 0) & 255;
    const int32_t high = dory_min(layer->high, layer->output_type == DORY_I8 ? 127 : 255) & 255;
    dory_dense_fused_t *kernel = is_whole ? dory_dense_kernel(layer, true) : dory_dense_kernel(layer, false);
    kernel(share, tile->output, (int32_t)((uint32_t)low * 0x01010101u),
           (int32_t)((uint32_t)high * 0x01010101u));
  } else {
    dory_dense_sums_t sums = dory_dense_sums(tile, layer);
    dory_dense_apart_t *kernel = is_whole ? dory_dense_apart_kernel(layer->input_type, true)
                                          : dory_dense_apart_kernel(layer->input_type, false);
    kernel(share, &sums, dory_dense_finish_of(layer->form));
  }
}

#endif
#endif
