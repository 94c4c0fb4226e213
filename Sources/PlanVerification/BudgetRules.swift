import NetworkIR

extension Findings {
  /// One budget a level that the target has; capacity and reserves are the target's; what is left is their difference.
  mutating func checkBudgets(of plan: DeploymentPlan) {
    for level in MemoryLevel.allCases {
      let budgets = plan.budgets.filter { $0.level == level }
      let isThere = level != .flash || plan.target.figures.flash != nil
      expect(budgets.count, equals: isThere ? 1 : 0, .budget, at: .plan, "budgets of \(level)")
      for budget in budgets { check(budget, of: plan.target) }
    }
  }

  /// The item of L2 for constants that are compiled into the code.
  static let tables = "tables"

  private mutating func check(_ budget: MemoryBudget, of target: PlannedTarget) {
    let level = budget.level
    expect(
      budget.capacityBytes, equals: target.bytes(of: level), .budget, at: .plan,
      "capacity of \(level) and target differ")
    expect(
      budget.availableBytes, equals: budget.capacityBytes - budget.items.reduce(0) { $0 + $1.bytes }, .budget,
      at: .plan, "bytes of \(level) left by its items")
    let reserves = target.reserves(in: level)
    for item in budget.items {
      let isKnown = reserves.contains { $0.name == item.name }
      require(isKnown, .budget, at: .plan, "no item of \(level) is called '\(item.name)'")
    }
    for reserve in reserves {
      let items = budget.items.filter { $0.name == reserve.name }
      expect(items.count, equals: 1, .budget, at: .plan, "items '\(reserve.name)' of \(level)")
      guard let bytes = reserve.bytes, let item = items.first else { continue }
      expect(item.bytes, equals: bytes, .budget, at: .plan, "bytes of item '\(reserve.name)' of \(level)")
    }
  }
}

extension PlannedTarget {
  /// Total bytes of a level.
  func bytes(of level: MemoryLevel) -> Int {
    switch level {
    case .l1: l1Bytes
    case .l2: l2Bytes
    case .l3: l3Bytes
    case .flash: figures.flash?.bytes ?? 0
    }
  }

  /// What is taken from a level; nil bytes where the network says how many.
  fileprivate func reserves(in level: MemoryLevel) -> [(name: String, bytes: Int?)] {
    switch level {
    case .l1:
      [
        ("stacks", figures.l1.masterStackBytes + (cores - 1) * figures.l1.workerStackBytes),
        ("sdk", figures.l1.sdkReserveBytes),
      ]
    case .l2:
      [
        ("code", nil), (Findings.tables, nil), ("sdk", figures.l2.sdkReserveBytes),
        ("reserve", figures.l2.userReserveBytes),
      ]
    case .l3, .flash: []
    }
  }
}

extension DeploymentPlan {
  /// Bytes of a level that tensors and buffers may use; 0 where the plan has no budget for it.
  func availableBytes(of level: MemoryLevel) -> Int {
    budgets.first { $0.level == level }?.availableBytes ?? 0
  }
}
