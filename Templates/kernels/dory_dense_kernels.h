/* SPDX-License-Identifier: Apache-2.0 */
/* The kernels of dory_dense on cores with packed arithmetic: one for each type of the input, form and limits
 * of the codes, for all windows ("any") and, where it is worth its code, for those of one segment of two
 * steps at least. That is not with inputs of 16 bits, which are rare, nor with forms of 64 bits, whose
 * requantization takes so long that the loop over segments hardly counts.
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

/* The same for a tile of one position, where it can: false if it has computed nothing. */
typedef bool dory_dense_single_t(const dory_tile_t *tile, int32_t parameter_words, int32_t low, int32_t high);

/* Hands the sums of each block and group to `finish`. */
typedef void dory_dense_finish_t(const dory_dense_sums_t *sums);
typedef void dory_dense_apart_t(const dory_dense_share_t *share, dory_dense_sums_t *sums,
                                dory_dense_finish_t *finish);

#define DORY_DENSE_BOTH_OF(name)                                                                             \
  dory_dense_fused_t name, name##_any;                                                                       \
  dory_dense_single_t name##_single;
#define DORY_DENSE_ANY_OF(name)           dory_dense_fused_t name##_any;
#define DORY_DENSE_WITHIN_OF(each, name)  each(name##_within_u8) each(name##_within_i8)
#define DORY_DENSE_LIMITED_OF(each, name) each(name##_u8) each(name##_i8) DORY_DENSE_WITHIN_OF(each, name)
#define DORY_DENSE_SHORT_OF(each, input)                                                                     \
  DORY_DENSE_LIMITED_OF(each, dory_dense_##input##_rq32)                                                     \
  DORY_DENSE_LIMITED_OF(each, dory_dense_##input##_rq32p)                                                    \
  DORY_DENSE_LIMITED_OF(each, dory_dense_##input##_rq32l)                                                    \
  DORY_DENSE_LIMITED_OF(each, dory_dense_##input##_rq32d)                                                    \
  each(dory_dense_##input##_rq32c) DORY_DENSE_WITHIN_OF(each, dory_dense_##input##_rq32c)                    \
      dory_dense_apart_t dory_dense_##input##_apart;
#define DORY_DENSE_LONG_OF(input)                                                                            \
  DORY_DENSE_WITHIN_OF(DORY_DENSE_BOTH_OF, dory_dense_##input##_rqh)                                         \
  DORY_DENSE_WITHIN_OF(DORY_DENSE_ANY_OF, dory_dense_##input##_rq64)                                         \
  DORY_DENSE_WITHIN_OF(DORY_DENSE_ANY_OF, dory_dense_##input##_rq64s)
DORY_DENSE_SHORT_OF(DORY_DENSE_BOTH_OF, u8)
DORY_DENSE_SHORT_OF(DORY_DENSE_BOTH_OF, i8)
DORY_DENSE_SHORT_OF(DORY_DENSE_ANY_OF, u16)
DORY_DENSE_SHORT_OF(DORY_DENSE_ANY_OF, i16)
DORY_DENSE_LONG_OF(u8)
DORY_DENSE_LONG_OF(i8)

dory_dense_finish_t dory_dense_finish_raw, dory_dense_finish_rq32, dory_dense_finish_rq32c,
    dory_dense_finish_rq32p, dory_dense_finish_rq32l, dory_dense_finish_rq32d, dory_dense_finish_rqh,
    dory_dense_finish_rq64, dory_dense_finish_rq64s, dory_dense_finish_rq64x, dory_dense_finish_rq64_wide,
    dory_dense_finish_rq64s_wide, dory_dense_finish_rq64x_wide, dory_dense_finish_rq64t,
    dory_dense_finish_thr;

/* How codes are limited after the requantization. */
typedef enum { DORY_DENSE_FREE, DORY_DENSE_FULL, DORY_DENSE_WITHIN } dory_dense_limit_t;

DORY_INLINE dory_dense_limit_t dory_dense_limit(const dory_dense_t *layer) {
  const bool is_signed = layer->output_type == DORY_I8;
  const bool is_full = layer->low <= (is_signed ? -128 : 0) && layer->high >= (is_signed ? 127 : 255);
  return layer->low == INT32_MIN && layer->high == INT32_MAX ? DORY_DENSE_FREE
         : is_full                                           ? DORY_DENSE_FULL
                                                             : DORY_DENSE_WITHIN;
}

#define DORY_DENSE_BY_NAME(name)     name
#define DORY_DENSE_BY_SINGLE(name)   name##_single
#define DORY_DENSE_BY_ANY(name)      name##_any
#define DORY_DENSE_BY_TYPE(by, name) (layer->output_type == DORY_I8 ? by(name##_i8) : by(name##_u8))
#define DORY_DENSE_BY_LIMIT(by, name)                                                                        \
  (limit == DORY_DENSE_WITHIN ? DORY_DENSE_BY_TYPE(by, name##_within) : DORY_DENSE_BY_TYPE(by, name))

/* A function that selects the kernel of a layer whose input is of one type. */
#define DORY_DENSE_SELECT(function, type, input, by, select_long)                                            \
  DORY_INLINE type *function(const dory_dense_t *layer) {                                                    \
    const dory_dense_limit_t limit = dory_dense_limit(layer);                                                \
    select_long(input, by);                                                                                  \
    switch (layer->form) {                                                                                   \
    case DORY_RQ32P:                                                                                         \
      return DORY_DENSE_BY_LIMIT(by, dory_dense_##input##_rq32p);                                            \
    case DORY_RQ32L:                                                                                         \
      return DORY_DENSE_BY_LIMIT(by, dory_dense_##input##_rq32l);                                            \
    case DORY_RQ32D:                                                                                         \
      return DORY_DENSE_BY_LIMIT(by, dory_dense_##input##_rq32d);                                            \
    case DORY_RQ32C:                                                                                         \
      return limit == DORY_DENSE_FREE ? by(dory_dense_##input##_rq32c)                                       \
                                      : DORY_DENSE_BY_TYPE(by, dory_dense_##input##_rq32c_within);           \
    default:                                                                                                 \
      return DORY_DENSE_BY_LIMIT(by, dory_dense_##input##_rq32);                                             \
    }                                                                                                        \
  }
#define DORY_DENSE_NO_LONG(input, by)
#define DORY_DENSE_RQH(input, by)                                                                            \
  if (layer->form == DORY_RQH) {                                                                             \
    return DORY_DENSE_BY_TYPE(by, dory_dense_##input##_rqh_within);                                          \
  }
#define DORY_DENSE_ALL_LONG(input, by)                                                                       \
  DORY_DENSE_RQH(input, by)                                                                                  \
  if (layer->form == DORY_RQ64) {                                                                            \
    return DORY_DENSE_BY_TYPE(by, dory_dense_##input##_rq64_within);                                         \
  }                                                                                                          \
  if (layer->form == DORY_RQ64S) {                                                                           \
    return DORY_DENSE_BY_TYPE(by, dory_dense_##input##_rq64s_within);                                        \
  }
#define DORY_DENSE_SELECT_ALL(input)                                                                         \
  DORY_DENSE_SELECT(dory_dense_##input##_any, dory_dense_fused_t, input, DORY_DENSE_BY_ANY,                  \
                    DORY_DENSE_ALL_LONG)                                                                     \
  DORY_DENSE_SELECT(dory_dense_##input##_whole, dory_dense_fused_t, input, DORY_DENSE_BY_NAME,               \
                    DORY_DENSE_RQH)                                                                          \
  DORY_DENSE_SELECT(dory_dense_##input##_single, dory_dense_single_t, input, DORY_DENSE_BY_SINGLE,           \
                    DORY_DENSE_RQH)
DORY_DENSE_SELECT_ALL(u8)
DORY_DENSE_SELECT_ALL(i8)
DORY_DENSE_SELECT(dory_dense_u16_any, dory_dense_fused_t, u16, DORY_DENSE_BY_ANY, DORY_DENSE_NO_LONG)
DORY_DENSE_SELECT(dory_dense_i16_any, dory_dense_fused_t, i16, DORY_DENSE_BY_ANY, DORY_DENSE_NO_LONG)

/* The kernel for any share of a layer. */
DORY_INLINE dory_dense_fused_t *dory_dense_any(const dory_dense_t *layer) {
  switch (layer->input_type) {
  case DORY_U8:
    return dory_dense_u8_any(layer);
  case DORY_I8:
    return dory_dense_i8_any(layer);
  case DORY_U16:
    return dory_dense_u16_any(layer);
  default:
    return dory_dense_i16_any(layer);
  }
}

DORY_INLINE dory_dense_apart_t *dory_dense_apart_kernel(dory_type_t input) {
  switch (input) {
  case DORY_U8:
    return dory_dense_u8_apart;
  case DORY_I8:
    return dory_dense_i8_apart;
  case DORY_U16:
    return dory_dense_u16_apart;
  default:
    return dory_dense_i16_apart;
  }
}

DORY_INLINE dory_dense_finish_t *dory_dense_finish_of(dory_form_t form, bool is_wide) {
  switch (form) {
  case DORY_RAW:
    return dory_dense_finish_raw;
  case DORY_RQ32:
    return dory_dense_finish_rq32;
  case DORY_RQ32C:
    return dory_dense_finish_rq32c;
  case DORY_RQ32P:
    return dory_dense_finish_rq32p;
  case DORY_RQ32L:
    return dory_dense_finish_rq32l;
  case DORY_RQ32D:
    return dory_dense_finish_rq32d;
  case DORY_RQH:
    return dory_dense_finish_rqh;
  case DORY_RQ64:
    return is_wide ? dory_dense_finish_rq64_wide : dory_dense_finish_rq64;
  case DORY_RQ64S:
    return is_wide ? dory_dense_finish_rq64s_wide : dory_dense_finish_rq64s;
  case DORY_RQ64X:
    return is_wide ? dory_dense_finish_rq64x_wide : dory_dense_finish_rq64x;
  case DORY_RQ64T:
    return dory_dense_finish_rq64t;
  case DORY_THR:
    return dory_dense_finish_thr;
  }
  return dory_dense_finish_raw;
}

/* Whether codes are made where sums are: codes of 8 bits that need no list and no other passes. The kernels
 * of long forms are not there for inputs of 16 bits; others leave a number of unused words behind. */
DORY_INLINE bool dory_dense_is_fused(const dory_dense_t *layer) {
  if ((layer->output_type != DORY_U8 && layer->output_type != DORY_I8) || layer->accumulates) {
    return false;
  }
  const bool is_short = layer->input_type == DORY_U8 || layer->input_type == DORY_I8;
  switch (layer->form) {
  case DORY_RQ32:
  case DORY_RQ32C:
  case DORY_RQ32D:
    return true;
  case DORY_RQ32P:
    return layer->entries == 1;
  case DORY_RQ32L:
    return layer->entries == 2;
  case DORY_RQH:
    return is_short;
  case DORY_RQ64:
  case DORY_RQ64S:
    return is_short && layer->is_wide;
  default:
    return false;
  }
}

/* Whether there are kernels for windows of one segment and for tiles of one position. */
DORY_INLINE bool dory_dense_has_whole(const dory_dense_t *layer) {
  return dory_dense_is_fused(layer) && dory_bits(layer->input_type) == 8 && layer->form != DORY_RQ64 &&
         layer->form != DORY_RQ64S;
}

/* The least and the greatest code in each byte. */
DORY_INLINE int32_t dory_dense_low(const dory_dense_t *layer) {
  const int32_t low = dory_max(layer->low, layer->output_type == DORY_I8 ? -128 : 0) & 255;
  return (int32_t)((uint32_t)low * 0x01010101u);
}
DORY_INLINE int32_t dory_dense_high(const dory_dense_t *layer) {
  const int32_t high = dory_min(layer->high, layer->output_type == DORY_I8 ? 127 : 255) & 255;
  return (int32_t)((uint32_t)high * 0x01010101u);
}

/* A core's share of a tile of one position, where there is a kernel that can; else false. */
DORY_INLINE bool dory_dense_simd_single(const dory_tile_t *tile, const dory_dense_t *layer) {
  const bool is_pointwise = layer->window.kernel_height * layer->window.kernel_width == 1;
  if (!is_pointwise || !dory_dense_has_whole(layer) || tile->rows.size != 1 || tile->columns.size != 1) {
    return false;
  }
  dory_dense_single_t *kernel =
      layer->input_type == DORY_U8 ? dory_dense_u8_single(layer) : dory_dense_i8_single(layer);
  return kernel(tile, dory_group_words(layer->form, layer->entries), dory_dense_low(layer),
                dory_dense_high(layer));
}

/* A core's share of a tile. */
DORY_INLINE void dory_dense_simd(const dory_tile_t *tile, const dory_dense_t *layer,
                                 const dory_dense_share_t *share) {
  if (!dory_dense_is_fused(layer)) {
    dory_dense_sums_t sums = dory_dense_sums(tile, layer);
    dory_dense_apart_kernel(layer->input_type)(share, &sums,
                                               dory_dense_finish_of(layer->form, layer->is_wide));
    return;
  }
  dory_dense_fused_t *kernel = dory_dense_any(layer);
  if (dory_dense_has_whole(layer) && share->segments == 1 && share->steps > 1) {
    kernel = layer->input_type == DORY_U8 ? dory_dense_u8_whole(layer) : dory_dense_i8_whole(layer);
  }
  kernel(share, tile->output, dory_dense_low(layer), dory_dense_high(layer));
}

#endif
#endif
