/* SPDX-License-Identifier: Apache-2.0 */
/* RAM, flash and its files: transfers complete in the order in which they were started. */
#include <string.h>

#include "bsp/flash/hyperflash.h"
#include "bsp/fs/readfs.h"
#include "bsp/ram/hyperram.h"
#include "standin.h"

/* Of the board: the build files take them from the plan. Of a very large RAM a part is enough. */
#ifndef STANDIN_RAM_BYTES
#define STANDIN_RAM_BYTES 8388544
#endif
#define GREATEST_RAM_BYTES (64 << 20)

/* The driver keeps the first bytes of RAM. */
enum { RAM_BEGIN = 64, QUEUE_CAPACITY = 64 };
enum {
  RAM_BYTES = RAM_BEGIN + (STANDIN_RAM_BYTES < GREATEST_RAM_BYTES ? STANDIN_RAM_BYTES : GREATEST_RAM_BYTES)
};

struct pi_fs_file_s {
  FILE *file;
};

static uint8_t ram_bytes[RAM_BYTES];
static uint32_t ram_end = RAM_BEGIN;
static standin_transfer_t queue[QUEUE_CAPACITY];
static uint32_t begun, completed;

void standin_start(const standin_transfer_t *transfer, bool is_to_data) {
  standin_check_caller(false, "a driver");
  if (begun - completed == QUEUE_CAPACITY) {
    standin_fault("more than %d transfers of drivers are under way", QUEUE_CAPACITY);
  }
  if (transfer->bytes == 0) {
    standin_fault("a transfer of no bytes");
  }
  if ((((uint32_t)(uintptr_t)transfer->data | transfer->address | transfer->bytes) & 3) != 0) {
    standin_fault("a transfer of %u bytes at %u is not aligned to 4 bytes", (unsigned)transfer->bytes,
                  (unsigned)transfer->address);
  }
  if (is_to_data) {
    memset(transfer->data, STANDIN_POISON, transfer->bytes);
  }
  queue[begun++ % QUEUE_CAPACITY] = *transfer;
}

bool standin_complete_transfer(void) {
  if (begun == completed) {
    return false;
  }
  const standin_transfer_t transfer = queue[completed++ % QUEUE_CAPACITY];
  transfer.copy(&transfer);
  pi_task_push(transfer.task);
  return true;
}

void pi_hyperram_conf_init(struct pi_hyperram_conf *configuration) {
  configuration->unused = 0;
}

/* The first opening finds poison; another device of the same RAM leaves its bytes as they are. */
int32_t pi_ram_open(struct pi_device *ram) {
  static bool was_opened;
  if (!was_opened) {
    memset(ram_bytes, STANDIN_POISON, sizeof ram_bytes);
    was_opened = true;
  }
  ram->is_open = true;
  standin_opened();
  return 0;
}

void pi_ram_close(struct pi_device *ram) {
  standin_closed("RAM");
  ram->is_open = false;
}

int pi_ram_alloc(struct pi_device *ram, uint32_t *address, uint32_t bytes) {
  if (!ram->is_open || bytes > RAM_BYTES - ram_end) {
    return -1;
  }
  *address = ram_end;
  ram_end += bytes;
  standin_opened();
  return 0;
}

int pi_ram_free(struct pi_device *ram, uint32_t address, uint32_t bytes) {
  if (!ram->is_open || address < RAM_BEGIN || bytes > ram_end - address) {
    standin_fault("%u bytes of RAM are given back that were not taken", (unsigned)bytes);
  }
  if (address + bytes == ram_end) { /* what lies before stays taken */
    ram_end = address;
  }
  standin_closed("a part of RAM");
  return 0;
}

static void read_ram(const standin_transfer_t *transfer) {
  memcpy(transfer->data, ram_bytes + transfer->address, transfer->bytes);
}

static void write_ram(const standin_transfer_t *transfer) {
  memcpy(ram_bytes + transfer->address, transfer->data, transfer->bytes);
}

static void start_ram(struct pi_device *ram, uint32_t address, void *data, uint32_t bytes, pi_task_t *task,
                      bool is_read) {
  if (!ram->is_open || address < RAM_BEGIN || address > ram_end || bytes > ram_end - address) {
    standin_fault("%u bytes of RAM at %u, of which %u are taken", (unsigned)bytes, (unsigned)address,
                  (unsigned)ram_end);
  }
  standin_start(&(standin_transfer_t){is_read ? read_ram : write_ram, ram, address, data, bytes, task},
                is_read);
}

void pi_ram_read_async(struct pi_device *ram, uint32_t address, void *data, uint32_t bytes, pi_task_t *task) {
  start_ram(ram, address, data, bytes, task, true);
}

void pi_ram_write_async(struct pi_device *ram, uint32_t address, void *data, uint32_t bytes,
                        pi_task_t *task) {
  start_ram(ram, address, data, bytes, task, false);
}

void pi_ram_read(struct pi_device *ram, uint32_t address, void *data, uint32_t bytes) {
  pi_task_t task;
  pi_ram_read_async(ram, address, data, bytes, pi_task_block(&task));
  pi_task_wait_on(&task);
}

void pi_ram_write(struct pi_device *ram, uint32_t address, void *data, uint32_t bytes) {
  pi_task_t task;
  pi_ram_write_async(ram, address, data, bytes, pi_task_block(&task));
  pi_task_wait_on(&task);
}

void pi_hyperflash_conf_init(struct pi_hyperflash_conf *configuration) {
  configuration->unused = 0;
}

int pi_flash_open(struct pi_device *flash) {
  flash->is_open = true;
  standin_opened();
  return 0;
}

void pi_flash_close(struct pi_device *flash) {
  standin_closed("flash");
  flash->is_open = false;
}

void pi_readfs_conf_init(struct pi_readfs_conf *configuration) {
  configuration->fs.flash = NULL;
}

int32_t pi_fs_mount(struct pi_device *files) {
  const struct pi_readfs_conf *configuration = files->config;
  files->is_open = configuration->fs.flash != NULL && configuration->fs.flash->is_open;
  if (!files->is_open) {
    return -1;
  }
  standin_opened();
  return 0;
}

void pi_fs_unmount(struct pi_device *files) {
  standin_closed("a file system");
  files->is_open = false;
}

pi_fs_file_t *pi_fs_open(struct pi_device *files, const char *name, int flags) {
  pi_fs_file_t *file = files->is_open && flags == PI_FS_FLAGS_READ ? malloc(sizeof *file) : NULL;
  if (file != NULL) {
    file->file = fopen(name, "rb");
    if (file->file == NULL) {
      free(file);
      return NULL;
    }
    standin_opened();
  }
  return file;
}

void pi_fs_close(pi_fs_file_t *file) {
  standin_closed("a file");
  fclose(file->file);
  free(file);
}

/* What lies behind the end of a file is not known. */
static void read_file(const standin_transfer_t *transfer) {
  const pi_fs_file_t *file = transfer->device;
  if (fseek(file->file, (long)transfer->address, SEEK_SET) == 0) {
    (void)!fread(transfer->data, 1, transfer->bytes, file->file);
  }
}

int32_t pi_fs_copy_async(pi_fs_file_t *file, uint32_t offset, void *buffer, uint32_t bytes, int32_t to_chip,
                         pi_task_t *task) {
  if (to_chip != 1) {
    standin_fault("flash is written");
  }
  standin_start(&(standin_transfer_t){read_file, file, offset, buffer, bytes, task}, true);
  return 0;
}

int32_t pi_fs_copy(pi_fs_file_t *file, uint32_t offset, void *buffer, uint32_t bytes, int32_t to_chip) {
  pi_task_t task;
  const int32_t status = pi_fs_copy_async(file, offset, buffer, bytes, to_chip, pi_task_block(&task));
  pi_task_wait_on(&task);
  return status;
}
