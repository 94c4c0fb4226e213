import Testing

/// The same program on the same machine takes the same cycles, however it is simulated.
struct DeterminismTests {
  @Test(arguments: [("copies", ["SEED": 7]), ("durations", [:]), ("banks", [:]), ("straight", ["CODE_BYTES": 4096])])
  func `evaluating cores that are still changes no cycle`(program: String, definitions: [String: Int]) throws {
    let simulator = try Simulator.shared.get()
    let machine = Machine(["icache_bytes": 1024])
    let first = try simulator.run(program, on: machine, definitions: definitions)
    let again = try simulator.run(program, on: machine, definitions: definitions)
    let slow = try simulator.run(program, on: machine, definitions: definitions, options: ["--every-core"])
    #expect(first.status == 0 && first.text == again.text, "\(first) \(again)")
    #expect(first.text == slow.text, "\(first) \(slow)")
  }

  @Test(arguments: [1, 2, 5, 16])
  func `programs run on any number of cores`(cores: Int) throws {
    let machine = Machine(["cores": cores])
    let output = try Simulator.shared.get().run("banks", on: machine)
    #expect(output.status == 0, "\(output)")
    #expect(output.value("own_conflicts") == 0)
    #expect(output.value("same_cycles") >= 400 * cores)
  }
}
