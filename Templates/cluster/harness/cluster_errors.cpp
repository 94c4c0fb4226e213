/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster_errors.h"

#include <cstdarg>
#include <cstdio>

std::string text(const char *format, ...) {
  char buffer[512];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(buffer, sizeof buffer, format, arguments);
  va_end(arguments);
  return buffer;
}
