package import NetworkIR

/// Predicts durations in cycles of the cluster clock, rounded up.
package struct CostModel: Equatable, Sendable {
  package let target: Target
  /// Of copies from the L3 RAM to L2.
  package let l3Read: BurstCycles
  /// Of copies from L2 to the L3 RAM.
  package let l3Write: BurstCycles
  /// Of copies from flash to L2; nil where there is none.
  private let flashRead: BurstCycles?

  package init(_ target: Target) {
    self.target = target
    l3Read = BurstCycles(target.ram, target.ram.read, target.clocks)
    l3Write = BurstCycles(target.ram, target.ram.write ?? target.ram.read, target.clocks)
    flashRead = target.flash.map { BurstCycles($0, $0.read, target.clocks) }
  }

  /// Of copies of constants to L2 from their home, `.l3` or `.flash`; a target without flash reads from RAM.
  package func constantsRead(from home: MemoryLevel) -> BurstCycles {
    home == .flash ? flashRead ?? l3Read : l3Read
  }
}

/// How long copies between L3 and L2 take, in cycles of the cluster clock.
package struct BurstCycles: Equatable, Sendable {
  /// Start and first burst.
  package let firstCycles: Int
  package let burstBytes: Int
  /// Each further burst, whole or not.
  package let burstCycles: Int

  init(_ memory: Target.ExternalMemory, _ bursts: Target.Bursts, _ clocks: Target.Clocks) {
    burstBytes = memory.burstBytes
    firstCycles = clocks.clusterCycles(nanoseconds: bursts.firstBurstNanoseconds)
    burstCycles = clocks.clusterCycles(nanoseconds: bursts.nextBurstNanoseconds)
  }

  /// Time of one copy of `bytes` consecutive bytes; 0 for none.
  package func cycles(bytes: Int) -> Int {
    guard bytes > 0 else { return 0 }
    return firstCycles + max(0, bytes - burstBytes).dividedUp(by: burstBytes) * burstCycles
  }
}
