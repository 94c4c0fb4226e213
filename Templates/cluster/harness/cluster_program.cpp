/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster_program.h"

#include <algorithm>
#include <elf.h>
#include <fstream>
#include <iterator>

#include "cluster_errors.h"

namespace {

/* The record at an offset of the file; all zero where the file ends before it does. */
template <typename Record> Record record(const std::vector<uint8_t> &file, uint64_t offset) {
  Record result = {};
  if (offset + sizeof result <= file.size()) {
    std::memcpy(&result, file.data() + offset, sizeof result);
  }
  return result;
}

} // namespace

Program::Program(const std::string &path, Memories &memories) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) {
    throw InputError("cannot read '" + path + "'");
  }
  const std::vector<uint8_t> file((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  const auto header = record<Elf32_Ehdr>(file, 0);
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_ident[EI_CLASS] != ELFCLASS32 ||
      header.e_machine != EM_RISCV) {
    throw InputError("'" + path + "' is not a 32-bit RISC-V program");
  }
  entry_ = header.e_entry;
  load_segments(path, file, memories);
  read_symbols(file);
}

void Program::load_segments(const std::string &path, const std::vector<uint8_t> &file, Memories &memories) {
  const auto header = record<Elf32_Ehdr>(file, 0);
  for (uint32_t i = 0; i < header.e_phnum; i++) {
    const auto segment = record<Elf32_Phdr>(file, header.e_phoff + uint64_t(i) * sizeof(Elf32_Phdr));
    if (segment.p_type != PT_LOAD || segment.p_memsz == 0) {
      continue;
    }
    Memory &memory = memories.l1.holds(segment.p_vaddr) ? memories.l1 : memories.l2;
    uint8_t *to = memory.at(segment.p_vaddr, segment.p_memsz);
    if (to == nullptr || segment.p_filesz > segment.p_memsz ||
        uint64_t(segment.p_offset) + segment.p_filesz > file.size()) {
      throw InputError("'" + path +
                       text("' has a segment of %u bytes at 0x%08x, outside L1 and L2 or the file",
                            segment.p_memsz, segment.p_vaddr));
    }
    std::memcpy(to, file.data() + segment.p_offset, segment.p_filesz);
    std::memset(to + segment.p_filesz, 0, segment.p_memsz - segment.p_filesz);
    if (&memory == &memories.l2) {
      end_ = std::max(end_, segment.p_vaddr + segment.p_memsz);
    }
  }
}

void Program::read_symbols(const std::vector<uint8_t> &file) {
  const auto header = record<Elf32_Ehdr>(file, 0);
  const auto section_at = [&](uint64_t index) {
    return record<Elf32_Shdr>(file, header.e_shoff + index * sizeof(Elf32_Shdr));
  };
  for (uint32_t i = 0; i < header.e_shnum; i++) {
    const auto table = section_at(i);
    if (table.sh_type != SHT_SYMTAB) {
      continue;
    }
    const auto names = section_at(table.sh_link);
    for (uint32_t j = 0; j < table.sh_size / sizeof(Elf32_Sym); j++) {
      const auto symbol = record<Elf32_Sym>(file, table.sh_offset + uint64_t(j) * sizeof(Elf32_Sym));
      const uint32_t type = ELF32_ST_TYPE(symbol.st_info);
      const uint64_t name = uint64_t(names.sh_offset) + symbol.st_name;
      if ((type == STT_FUNC || type == STT_NOTYPE) && symbol.st_shndx != SHN_ABS &&
          symbol.st_shndx != SHN_UNDEF && name < file.size() && file[name] != 0 && file[name] != '$' &&
          file[name] != '.') {
        const auto end = std::find(file.begin() + long(name), file.end(), 0);
        symbols_.push_back({symbol.st_value, std::string(file.begin() + long(name), end)});
      }
    }
  }
  std::sort(symbols_.begin(), symbols_.end(), [](const Symbol &a, const Symbol &b) {
    return a.address != b.address ? a.address < b.address : a.name < b.name;
  });
}

std::string Program::symbol_at(uint32_t address) const {
  const auto after =
      std::upper_bound(symbols_.begin(), symbols_.end(), address,
                       [](uint32_t value, const Symbol &symbol) { return value < symbol.address; });
  if (after == symbols_.begin() || address >= end_) {
    return "?";
  }
  const Symbol &symbol = *(after - 1);
  return symbol.address == address ? symbol.name : symbol.name + text(" + %u", address - symbol.address);
}
