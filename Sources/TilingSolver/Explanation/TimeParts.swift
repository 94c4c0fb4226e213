/// Cycles by what takes them.
package struct TimeParts: Codable, Equatable, Sendable {
  /// Kernels.
  package var compute = 0
  /// Transfers between L2 and L1.
  package var dma = 0
  /// Transfers between L3 and L2.
  package var l3 = 0
  /// Starting layers and tiles.
  package var overhead = 0

  /// One of the four.
  package enum Resource: String, Codable, Sendable, CaseIterable { case compute, dma, l3, overhead }

  package init(compute: Int = 0, dma: Int = 0, l3: Int = 0, overhead: Int = 0) {
    self.compute = compute
    self.dma = dma
    self.l3 = l3
    self.overhead = overhead
  }

  package subscript(resource: Resource) -> Int {
    switch resource {
    case .compute: compute
    case .dma: dma
    case .l3: l3
    case .overhead: overhead
    }
  }

  /// All four.
  package var sum: Int { compute + dma + l3 + overhead }

  /// The resource with most cycles; of equal ones the first.
  package var greatest: Resource {
    Resource.allCases.reduce(.compute) { self[$1] > self[$0] ? $1 : $0 }
  }

  static func + (first: TimeParts, second: TimeParts) -> TimeParts {
    TimeParts(
      compute: first.compute + second.compute, dma: first.dma + second.dma, l3: first.l3 + second.l3,
      overhead: first.overhead + second.overhead)
  }
}
