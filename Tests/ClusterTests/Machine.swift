/// The figures of a simulated cluster, as its file gives them.
struct Machine {
  /// Those of a chip with quick memories, so that tests are short; every test changes what it is about.
  var figures: [String: Int] = [
    "cores": 8, "l1_bytes": 65536, "l2_bytes": 524_288, "tcdm_banks": 16, "l2_latency_cycles": 14,
    "barrier_cycles": 3, "dma_bytes_per_cycle": 8, "dma_latency_cycles": 26, "dma_line_cycles": 1, "dma_queue": 8,
    "icache_bytes": 0, "icache_line_bytes": 16, "icache_ways": 4, "icache_refill_cycles": 16,
    "ram_bytes": 1 << 20, "ram_burst_bytes": 512, "ram_read_first_cycles": 300, "ram_read_next_cycles": 150,
    "ram_write_first_cycles": 310, "ram_write_next_cycles": 160, "flash_bytes": 1 << 20, "flash_burst_bytes": 256,
    "flash_first_cycles": 400, "flash_next_cycles": 99, "master_stack_bytes": 2432,
    "worker_stack_bytes": 1024, "code_reserve_bytes": 61440,
  ]

  /// Changes some figures.
  init(_ changes: [String: Int] = [:]) {
    figures.merge(changes) { $1 }
  }

  subscript(_ name: String) -> Int { figures[name, default: 0] }

  /// The text of the file, keys in order.
  var text: String {
    figures.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)\n" }.joined()
  }
}
