package import NetworkIR

/// What a network's program takes of L2 before any tensor is placed.
package struct ProgramBytes: Equatable, Sendable {
  /// Instructions, constants and variables.
  package var code: Int
  /// Tables, pieces of movements and entries of rules, which are compiled into the code.
  package var tables: Int

  package init(code: Int, tables: Int) {
    self.code = code
    self.tables = tables
  }

  /// The program of a network.
  package init(_ network: Network) { self.init(code: network.codeBytes(), tables: network.tableBytes) }

  /// No program.
  package static let none = ProgramBytes(code: 0, tables: 0)
}

extension Target {
  /// How L1, L2, L3 and, where there is one, the flash are divided before any tensor is placed, in this order.
  ///
  /// - Parameter program: what runs there.
  /// - Returns: one budget a level.
  package func budgets(for program: ProgramBytes = .none) -> [MemoryBudget] {
    [
      budget(
        .l1, capacityBytes: l1.bytes,
        items: [
          .init(name: "stacks", bytes: l1.stackBytes(cores: cores)), .init(name: "sdk", bytes: l1.sdkReserveBytes),
        ]),
      budget(
        .l2, capacityBytes: l2.bytes,
        items: [
          .init(name: "code", bytes: program.code), .init(name: "tables", bytes: program.tables),
          .init(name: "sdk", bytes: l2.sdkReserveBytes), .init(name: "reserve", bytes: l2.userReserveBytes),
        ]),
      budget(.l3, capacityBytes: ram.bytes, items: []),
    ] + (flash.map { [budget(.flash, capacityBytes: $0.bytes, items: [])] } ?? [])
  }

  /// Bytes of `level` left for tensors and buffers, a multiple of 4; below 0 where even the program does not fit,
  /// 0 of a flash that is not there.
  package func availableBytes(_ level: MemoryLevel, for program: ProgramBytes = .none) -> Int {
    budgets(for: program).first { $0.level == level }?.availableBytes ?? 0
  }

  /// The target with at least `bytes` of L2 left to the program and all that is reserved, rounded up to words.
  package func reserving(_ bytes: Int, for program: ProgramBytes) -> Target {
    var target = self
    let taken = l2.bytes - availableBytes(.l2, for: program)
    target.l2.userReserveBytes += max(0, (bytes - taken + 3) / 4 * 4)
    return target
  }

  private func budget(_ level: MemoryLevel, capacityBytes: Int, items: [MemoryBudget.Item]) -> MemoryBudget {
    let taken = items.reduce(0) { $0 + $1.bytes }
    return MemoryBudget(
      level: level, capacityBytes: capacityBytes, items: items, availableBytes: capacityBytes - taken)
  }
}
