import Foundation
import Testing

/// What a run says that breaks a rule of the machine.
struct FaultTests {
  @Test(arguments: [
    (0, "core 0 at 0x1c000", "(break_rule", "an illegal instruction: 0xffffffff"),
    (1, "core 0 at 0x1c000", "(break_rule", "an environment call"),
    (2, "core 0 at 0x1c000", "(break_rule", "a breakpoint"),
    (3, "core 0 at 0x1c000", "(break_rule", "a load at 0x20000000, outside every memory"),
    (4, "core 0 at 0x1c000", "(break_rule", "a store at 0x1ffffff1, outside every memory"),
    (5, "core 0 at 0x30000000 (?)", "", "a jump outside the program"),
    (6, "", "", "the stack down to 0x1000da80 has overflowed"),
    (7, "core 0 at 0x1c000", "core 7 at 0x1c000", "all cores wait, and nothing is under way that could end it"),
    (8, "core 0 at 0x1c000", "", "a read from RAM of 4 bytes, 0x00000002 there and 0x1c00f000 in L2, is not aligned"),
    (9, "core 0 at 0x1c000", "", "a DMA copy of 1 lines of 8 bytes, 0x1000fffc in L1 with stride 0"),
    (10, "core 0 at 0x1c000", "", "leaves 1048576 bytes of RAM or 524288 of L2"),
    (11, "core 0 at 0x1c000", "(break_rule", "a load of control register 0x3c, which there is not"),
    (12, "core 3 at 0x1c000", "(on_worker + ", "an illegal instruction: 0x0000"),
  ])
  func `a fault names core, place and rule`(fault: Int, core: String, place: String, rule: String) throws {
    let output = try Simulator.shared.get().run("faults", definitions: ["FAULT": fault])
    #expect(output.status == 70, "\(output)")
    #expect(output.errors.hasPrefix("fault: cycle "), "\(output)")
    for part in [core, place, rule] where !part.isEmpty {
      #expect(output.errors.contains(part), "\(output.errors)")
    }
  }

  @Test
  func `a program that takes too long is stopped`() throws {
    let output = try Simulator.shared.get().run("durations", options: ["--cycles", "100"])
    #expect(output.status == 70 && output.errors.contains("runs for more than 100 cycles"), "\(output)")
  }

  @Test(arguments: [
    ("cores 8\n", "cores 17\n", "'cores' is 17, not 1 to 16"), ("cores 8\n", "", "no value for 'cores'"),
    ("cores 8\n", "cores eight\n", "'cores' is 'eight', not a number"),
    ("cores 8\n", "cores 8\nspeed 1\n", "unknown key 'speed'"), ("cores 8\n", "cores 8\ncores 8\n", "given once"),
    ("tcdm_banks 16\n", "tcdm_banks 12\n", "'tcdm_banks' is 12, not a power of two"),
    ("icache_bytes 0\n", "icache_bytes 3000\n", "3000 bytes of instruction cache are not 4 ways"),
  ])
  func `a file of figures is refused with the key that is wrong`(old: String, new: String, message: String) throws {
    let simulator = try Simulator.shared.get()
    let file = simulator.folder.appendingPathComponent("\(UUID().uuidString).cfg")
    let text = Machine().text.replacingOccurrences(of: old, with: new)
    try text.write(to: file, atomically: true, encoding: .utf8)
    let output = try Simulator.run(
      simulator.folder.appendingPathComponent("simulator").path,
      ["--program", "none.elf", "--configuration", file.path])
    #expect(output.status == 1 && output.errors.contains(message), "\(output)")
  }

  @Test(arguments: [
    (["--program"], "lacks its value"), (["--speed", "1"], "unknown option '--speed'"),
    (["--program", "a.elf"], "missing option '--configuration'"), (["--cycles", "x"], "takes a number, not 'x'"),
  ])
  func `wrong arguments are a usage error`(arguments: [String], message: String) throws {
    let simulator = try Simulator.shared.get()
    let output = try Simulator.run(simulator.folder.appendingPathComponent("simulator").path, arguments)
    #expect(output.status == 64 && output.errors.contains(message), "\(output)")
  }
}
