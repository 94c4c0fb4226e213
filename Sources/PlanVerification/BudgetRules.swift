import NetworkIR

extension Findings {
  /// One budget a level; what is left is the capacity less the items; the capacity is the target's.
  mutating func checkBudgets(of plan: DeploymentPlan) {
    for level in MemoryLevel.allCases {
      let budgets = plan.budgets.filter { $0.level == level }
      expect(budgets.count, equals: 1, .budget, at: .plan, "budgets of \(level)")
      for budget in budgets { check(budget, capacity: plan.target.bytes(of: level)) }
    }
  }

  /// The item of L2 for constants that are compiled into the code.
  static let tables = "tables"

  private mutating func check(_ budget: MemoryBudget, capacity: Int) {
    expect(budget.capacityBytes, equals: capacity, .budget, at: .plan, "capacity of \(budget.level) and target differ")
    let reserved = budget.items.reduce(0) { $0 + $1.bytes }
    expect(
      budget.availableBytes, equals: budget.capacityBytes - reserved, .budget, at: .plan,
      "bytes of \(budget.level) left by its items")
    if budget.level == .l2 {
      let tables = budget.items.count { $0.name == Self.tables }
      expect(tables, equals: 1, .budget, at: .plan, "items '\(Self.tables)' of l2")
    }
    for item in budget.items {
      require(!item.name.isEmpty, .budget, at: .plan, "an item of \(budget.level) has no name")
    }
    expect(
      Set(budget.items.map(\.name)).count, equals: budget.items.count, .budget, at: .plan,
      "differently named items of \(budget.level)")
  }
}

extension PlannedTarget {
  /// Total bytes of a level.
  func bytes(of level: MemoryLevel) -> Int {
    switch level {
    case .l1: l1Bytes
    case .l2: l2Bytes
    case .l3: l3Bytes
    }
  }
}

extension DeploymentPlan {
  /// Bytes of a level that tensors and buffers may use; 0 where the plan has no budget for it.
  func availableBytes(of level: MemoryLevel) -> Int {
    budgets.first { $0.level == level }?.availableBytes ?? 0
  }
}
