/* SPDX-License-Identifier: Apache-2.0 */
#include "pmsis_storage.h"

#include "bsp/flash/hyperflash.h"
#include "bsp/ram/hyperram.h"

#include "pmsis_crc32.h"
#include "pmsis_plan.h"
#include "weights.h"

_Static_assert(WEIGHTS_RAM_BYTES % 4 == 0 && WEIGHTS_BYTES % 4 == 0 && NETWORK_L2_BYTES % 4 == 0,
               "transfers are aligned to 4 bytes");

/* Bytes of the file that are read at a time. */
enum { PIECE_BYTES = NETWORK_L2_BYTES < 32768 ? NETWORK_L2_BYTES : 32768 };

/* What is open, in the order of opening. */
typedef enum { NOTHING, RAM, RESERVED, FLASH, FILES, WEIGHTS } opened_t;

static opened_t opened;
static struct pi_device ram, flash, files;
static pi_fs_file_t *weights;
static uint32_t ram_base; /* address of the network's part of RAM */

static network_status_t open_ram(void) {
  static struct pi_hyperram_conf configuration;
  pi_hyperram_conf_init(&configuration);
  pi_open_from_conf(&ram, &configuration);
  if (pi_ram_open(&ram) != 0) {
    return NETWORK_NO_RAM;
  }
  opened = RAM;
  if (pi_ram_alloc(&ram, &ram_base, PMSIS_RAM_BYTES) != 0) {
    return NETWORK_RAM_FULL;
  }
  opened = RESERVED;
  return NETWORK_OK;
}

static network_status_t open_files(void) {
  static struct pi_hyperflash_conf flash_configuration;
  static struct pi_readfs_conf files_configuration;
  pi_hyperflash_conf_init(&flash_configuration);
  pi_open_from_conf(&flash, &flash_configuration);
  if (pi_flash_open(&flash) != 0) {
    return NETWORK_NO_FLASH;
  }
  opened = FLASH;
  pi_readfs_conf_init(&files_configuration);
  files_configuration.fs.flash = &flash;
  pi_open_from_conf(&files, &files_configuration);
  if (pi_fs_mount(&files) != 0) {
    return NETWORK_NO_FILES;
  }
  opened = FILES;
  return NETWORK_OK;
}

/* Reads a part of the file through the network's area in L2, which is free until the network runs, and copies
 * it to the start of RAM or nowhere. Returns the checksum of what came before and this. */
static uint32_t read_part(uint32_t begin, uint32_t end, bool is_for_ram, uint32_t crc) {
  while (begin < end) {
    const uint32_t left = end - begin;
    const uint32_t bytes = left < PIECE_BYTES ? left : (uint32_t)PIECE_BYTES;
    (void)pi_fs_copy(weights, begin, pmsis_l2, bytes, 1);
    pmsis_fence();
    crc = pmsis_crc32(crc, pmsis_l2, bytes);
    if (is_for_ram) {
      pmsis_ram_write(begin, pmsis_l2, bytes);
    }
    begin += bytes;
  }
  return crc;
}

/* The file begins with what RAM holds and goes on with what stays in flash. */
static network_status_t load_weights(void) {
  weights = pmsis_open_file("weights.bin");
  if (weights == 0) {
    return NETWORK_NO_WEIGHTS;
  }
  opened = WEIGHTS;
  const uint32_t crc =
      read_part(WEIGHTS_RAM_BYTES, WEIGHTS_BYTES, false, read_part(0, WEIGHTS_RAM_BYTES, true, 0));
  return crc == WEIGHTS_CRC32 ? NETWORK_OK : NETWORK_WRONG_WEIGHTS;
}

network_status_t pmsis_storage_open(void) {
  opened = NOTHING;
  network_status_t status = PMSIS_RAM_BYTES > 0 ? open_ram() : NETWORK_OK;
  if (status == NETWORK_OK) {
    status = open_files();
  }
  if (status == NETWORK_OK && WEIGHTS_BYTES > 0) {
    status = load_weights();
  }
  return status;
}

void pmsis_storage_close(void) {
  if (opened >= WEIGHTS) {
    pi_fs_close(weights);
  }
  if (opened >= FILES) {
    pi_fs_unmount(&files);
  }
  if (opened >= FLASH) {
    pi_flash_close(&flash);
  }
  if (PMSIS_RAM_BYTES > 0 && opened >= RESERVED) {
    (void)pi_ram_free(&ram, ram_base, PMSIS_RAM_BYTES);
  }
  if (PMSIS_RAM_BYTES > 0 && opened >= RAM) {
    pi_ram_close(&ram);
  }
  opened = NOTHING;
}

void pmsis_storage_start(pmsis_direction_t direction, uint32_t external, void *memory, uint32_t bytes,
                         pi_task_t *done) {
  switch (direction) {
  case PMSIS_RAM_READ:
    pi_ram_read_async(&ram, ram_base + external, memory, bytes, done);
    break;
  case PMSIS_RAM_WRITE:
    pi_ram_write_async(&ram, ram_base + external, memory, bytes, done);
    break;
  case PMSIS_FLASH_READ:
    (void)pi_fs_copy_async(weights, WEIGHTS_RAM_BYTES + external, memory, bytes, 1, done);
    break;
  }
}

void pmsis_ram_read(uint32_t address, void *memory, uint32_t bytes) {
  if (bytes > 0) {
    pi_ram_read(&ram, ram_base + address, memory, bytes);
  }
  pmsis_fence();
}

void pmsis_ram_write(uint32_t address, void *memory, uint32_t bytes) {
  pmsis_fence();
  if (bytes > 0) {
    pi_ram_write(&ram, ram_base + address, memory, bytes);
  }
}

pi_fs_file_t *pmsis_open_file(const char *name) {
  return pi_fs_open(&files, name, PI_FS_FLAGS_READ);
}
