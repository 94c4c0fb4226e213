/* Linux's renameat2 (man 2 rename), which Swift's module of the C library leaves out. */
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Two files or folders take each other's name in one step; -1 and errno where that can't be done. */
static inline int exchange_names(const char *one, const char *other) {
  enum { exchange = 2 };
  return (int)syscall(SYS_renameat2, AT_FDCWD, one, AT_FDCWD, other, exchange);
}
