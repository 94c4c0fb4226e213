import Testing

/// What transfers do to memory, and when.
struct CopyTests {
  @Test(arguments: 1...4)
  func `copies of all shapes and alignments in flight together leave the right bytes`(seed: Int) throws {
    let output = try Simulator.shared.get().run("copies", definitions: ["SEED": seed])
    #expect(output.status == 0, "\(output)")
    #expect(output.value("copies") == 16)
    #expect(output.value("differences") == 0, "seed \(seed)")
  }

  @Test(arguments: [4, 8, 16])
  func `copies are right whatever the width of the engine`(bytesPerCycle: Int) throws {
    let machine = Machine(["dma_bytes_per_cycle": bytesPerCycle, "dma_queue": 1, "tcdm_banks": 2])
    let output = try Simulator.shared.get().run("copies", on: machine, definitions: ["SEED": 4])
    #expect(output.value("differences") == 0, "\(output)")
  }

  @Test
  func `the compiler's copies and fills are right, and quick where the DMA makes them`() throws {
    let output = try Simulator.shared.get().run("memcpy")
    #expect(output.value("wrong_copied") == 0 && output.value("wrong_moved") == 0, "\(output)")
    // 60 words that each wait for L2 would take more.
    #expect(output.value("cycles") < 60 * Machine()["l2_latency_cycles"] / 2, "\(output)")
  }

  @Test
  func `bytes arrive during the copy and in the order of the commands`() throws {
    let output = try Simulator.shared.get().run("order")
    #expect(output.value("before") != 2 && output.value("before") != 3, "\(output)")
    #expect(output.value("without_wait") != 2 && output.value("without_wait") != 3, "\(output)")
    #expect(output.value("after_first") == 2)
    #expect(output.value("after_second") == 3)
  }
}
