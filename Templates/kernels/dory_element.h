/* SPDX-License-Identifier: Apache-2.0 */
/* Elements of a type that is known when the kernel is compiled: every switch here folds away.
 *
 * Elements narrower than a byte are packed, the first one in the lowest bits, and each pixel starts at a byte
 * of its own: the element of a position and a channel is position * dory_pixel_elements(type, channels) +
 * channel.
 *
 * Two cores never write to one byte. Positions have bytes of their own; channels are shared four by four,
 * which is a byte of 2-bit elements or more; and a tile is an array of its own, whose pixels start at bytes
 * too. In L2, tiles of channels meet at byte borders, since they start at multiples of 8 / bits. */
#ifndef DORY_ELEMENT_H
#define DORY_ELEMENT_H

#include "dory_types.h"

#define DORY_INLINE static inline __attribute__((always_inline))

DORY_INLINE int32_t dory_bits(dory_type_t type) {
  switch (type) {
  case DORY_U2:
  case DORY_I2:
    return 2;
  case DORY_U4:
  case DORY_I4:
    return 4;
  case DORY_U8:
  case DORY_I8:
    return 8;
  case DORY_U16:
  case DORY_I16:
    return 16;
  default:
    return 32;
  }
}

/* Elements from one pixel to the next. */
DORY_INLINE int32_t dory_pixel_elements(dory_type_t type, int32_t channels) {
  const int32_t shared = dory_max(8 / dory_bits(type), 1); /* elements of one byte */
  return dory_divide_up(channels, shared) * shared;
}

/* An element of 2 or 4 bits. */
DORY_INLINE int32_t dory_packed_element(dory_type_t type, const void *base, int32_t index) {
  const int32_t bits = dory_bits(type);
  const int32_t shared = 8 / bits;
  const int32_t code = ((const uint8_t *)base)[index / shared] >> (index % shared * bits) & ((1 << bits) - 1);
  const int32_t sign = type == DORY_I2 || type == DORY_I4 ? 1 << (bits - 1) : 0;
  return (code ^ sign) - sign;
}

/* Writes an element of 2 or 4 bits; the others of its byte stay as they are. */
DORY_INLINE void dory_replace_packed(dory_type_t type, void *base, int32_t index, int32_t value) {
  const int32_t bits = dory_bits(type);
  const int32_t shared = 8 / bits;
  const int32_t shift = index % shared * bits;
  const int32_t mask = (1 << bits) - 1;
  uint8_t *byte = (uint8_t *)base + index / shared;
  *byte = (uint8_t)((*byte & ~(mask << shift)) | (value & mask) << shift);
}

DORY_INLINE int32_t dory_element(dory_type_t type, const void *base, int32_t index) {
  switch (type) {
  case DORY_U2:
  case DORY_I2:
  case DORY_U4:
  case DORY_I4:
    return dory_packed_element(type, base, index);
  case DORY_U8:
    return ((const uint8_t *)base)[index];
  case DORY_I8:
    return ((const int8_t *)base)[index];
  case DORY_U16:
    return ((const uint16_t *)base)[index];
  case DORY_I16:
    return ((const int16_t *)base)[index];
  default:
    return ((const int32_t *)base)[index];
  }
}

/* Writes an element and leaves all others as they are. */
DORY_INLINE void dory_replace_element(dory_type_t type, void *base, int32_t index, int32_t value) {
  switch (type) {
  case DORY_U2:
  case DORY_I2:
  case DORY_U4:
  case DORY_I4:
    dory_replace_packed(type, base, index, value);
    break;
  case DORY_U8:
    ((uint8_t *)base)[index] = (uint8_t)value;
    break;
  case DORY_I8:
    ((int8_t *)base)[index] = (int8_t)value;
    break;
  case DORY_U16:
    ((uint16_t *)base)[index] = (uint16_t)value;
    break;
  case DORY_I16:
    ((int16_t *)base)[index] = (int16_t)value;
    break;
  default:
    ((int32_t *)base)[index] = value;
    break;
  }
}

/* Writes an element of a pixel whose elements are written in rising order: the first one in a byte clears the
 * byte, so that the unused bits at a pixel's end are 0. */
DORY_INLINE void dory_set_element(dory_type_t type, void *base, int32_t index, int32_t value) {
  const int32_t bits = dory_bits(type);
  if (bits < 8 && index % (8 / bits) == 0) {
    ((uint8_t *)base)[index / (8 / bits)] = (uint8_t)(value & ((1 << bits) - 1));
  } else {
    dory_replace_element(type, base, index, value);
  }
}

/* The sum of `count` products of consecutive elements, from element `index` on, with the weights from weight
 * `first` on. */
DORY_INLINE int32_t dory_dot(dory_type_t type, const void *base, int32_t index, dory_type_t weight_type,
                             const void *weights, int32_t first, int32_t count) {
  int32_t sum = 0;
  for (int32_t i = 0; i < count; i++) {
    sum += dory_element(type, base, index + i) * dory_element(weight_type, weights, first + i);
  }
  return sum;
}

/* The sum of `count` consecutive elements from element `index` on. */
DORY_INLINE int32_t dory_sum(dory_type_t type, const void *base, int32_t index, int32_t count) {
  int32_t sum = 0;
  for (int32_t i = 0; i < count; i++) {
    sum += dory_element(type, base, index + i);
  }
  return sum;
}

#endif
