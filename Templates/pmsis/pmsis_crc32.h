/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PMSIS_CRC32_H
#define PMSIS_CRC32_H

#include <stdint.h>

/* The checksum of ISO 3309 (polynomial 0xEDB88320, reflected), four bits at a time, of more bytes after those
 * that gave `crc`; 0 before the first. */
uint32_t pmsis_crc32(uint32_t crc, const void *bytes, uint32_t count);

#endif
