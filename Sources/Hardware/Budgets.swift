package import NetworkIR

extension Target {
  /// How L1, L2, L3 and, where there is one, the flash are divided before any tensor is placed, in this order.
  ///
  /// - Parameter tableBytes: constants of the network that are compiled into its code, in L2 beside it.
  /// - Returns: one budget a level.
  package func budgets(tableBytes: Int = 0) -> [MemoryBudget] {
    [
      budget(.l1, capacityBytes: l1.bytes, items: [.init(name: "stacks", bytes: cores * l1.stackBytesPerCore)]),
      budget(
        .l2, capacityBytes: l2.bytes,
        items: [
          .init(name: "code", bytes: l2.codeReserveBytes), .init(name: "tables", bytes: tableBytes),
          .init(name: "reserve", bytes: l2.userReserveBytes),
        ]),
      budget(.l3, capacityBytes: ram.bytes, items: []),
    ] + (flash.map { [budget(.flash, capacityBytes: $0.bytes, items: [])] } ?? [])
  }

  /// Bytes of `level` left for tensors and buffers, a multiple of 4; below 0 where even the tables do not fit,
  /// 0 of a flash that is not there.
  package func availableBytes(_ level: MemoryLevel, tableBytes: Int = 0) -> Int {
    budgets(tableBytes: tableBytes).first { $0.level == level }?.availableBytes ?? 0
  }

  private func budget(_ level: MemoryLevel, capacityBytes: Int, items: [MemoryBudget.Item]) -> MemoryBudget {
    let taken = items.reduce(0) { $0 + $1.bytes }
    return MemoryBudget(
      level: level, capacityBytes: capacityBytes, items: items, availableBytes: capacityBytes - taken)
  }
}
