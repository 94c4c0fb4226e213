import NetworkIR

/// `cluster/target.cfg`: the figures of the chip that the cycle-accurate simulator is configured with.
///
/// A line `key value` each; sizes in bytes, durations in cycles of the cluster clock. A chip without flash has one of 0
/// bytes.
///
/// - Parameters:
///   - target: the chip.
///   - programBytes: from the start of L2, for the program.
/// - Returns: the file.
func simulationConfiguration(_ target: Target, programBytes: Int) -> String {
  let simulation = target.simulation
  let cache = simulation.instructionCache
  var lines = [
    ("cores", target.cores),
    ("l1_bytes", target.l1.bytes),
    ("l2_bytes", target.l2.bytes),
    ("tcdm_banks", simulation.tcdmBanks),
    ("l2_latency_cycles", simulation.l2LatencyCycles),
    ("barrier_cycles", simulation.barrierCycles),
    ("dma_bytes_per_cycle", target.dma.bytesPerCycle),
    ("dma_latency_cycles", target.dma.latencyCycles),
    ("dma_line_cycles", target.dma.lineCycles),
    ("dma_queue", simulation.dmaQueue),
    ("icache_bytes", cache.bytes),
    ("icache_line_bytes", cache.lineBytes),
    ("icache_ways", cache.ways),
    ("icache_refill_cycles", cache.refillCycles),
  ]
  let (ram, flash, clocks) = (target.ram, target.flash, target.clocks)
  lines += [("ram_bytes", ram.bytes), ("ram_burst_bytes", ram.burstBytes)]
  lines += cycles("ram_read", ram.read, clocks) + cycles("ram_write", ram.write ?? ram.read, clocks)
  lines += [("flash_bytes", flash?.bytes ?? 0), ("flash_burst_bytes", flash?.burstBytes ?? 0)]
  lines += cycles("flash", flash?.read, clocks)
  lines += [
    ("master_stack_bytes", target.l1.masterStackBytes), ("worker_stack_bytes", target.l1.workerStackBytes),
    ("code_reserve_bytes", programBytes),
  ]
  return lines.map { "\($0.0) \($0.1)\n" }.joined()
}

private func cycles(_ name: String, _ bursts: Target.Bursts?, _ clocks: Target.Clocks) -> [(String, Int)] {
  [
    ("\(name)_first_cycles", bursts.map { clocks.clusterCycles(nanoseconds: $0.firstBurstNanoseconds) } ?? 0),
    ("\(name)_next_cycles", bursts.map { clocks.clusterCycles(nanoseconds: $0.nextBurstNanoseconds) } ?? 0),
  ]
}
