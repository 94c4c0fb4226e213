/* SPDX-License-Identifier: Apache-2.0 */
/* The files of the flash are those of the folder in which the program runs. */
#ifndef STANDIN_READFS_H
#define STANDIN_READFS_H

#include "pmsis.h"

typedef enum { PI_FS_FLAGS_READ } pi_fs_flags_e;

struct pi_fs_conf {
  struct pi_device *flash;
};

struct pi_readfs_conf {
  struct pi_fs_conf fs;
};

typedef struct pi_fs_file_s pi_fs_file_t;

void pi_readfs_conf_init(struct pi_readfs_conf *configuration);
int32_t pi_fs_mount(struct pi_device *files);
void pi_fs_unmount(struct pi_device *files);
pi_fs_file_t *pi_fs_open(struct pi_device *files, const char *name, int flags);
void pi_fs_close(pi_fs_file_t *file);
int32_t pi_fs_copy(pi_fs_file_t *file, uint32_t offset, void *buffer, uint32_t bytes, int32_t to_chip);
int32_t pi_fs_copy_async(pi_fs_file_t *file, uint32_t offset, void *buffer, uint32_t bytes, int32_t to_chip,
                         pi_task_t *task);

#endif
