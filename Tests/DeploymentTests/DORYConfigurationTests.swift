import GraphImport
import NetworkIR
import Testing

@testable import Deployment

struct DORYConfigurationTests {
  private static func read(_ text: String) throws -> DORYConfiguration {
    try DORYConfiguration(Array(text.utf8), path: "config.json")
  }

  @Test func `the keys of a whole configuration are read, and those that are not needed are noted`() throws {
    let configuration = try Self.read(
      """
      {"BNRelu_bits": 64, "onnx_file": "./models/network.onnx", "code reserved space": 162000, "n_inputs": 1,
       "input_bits": 8, "input_signed": true}
      """)
    #expect(configuration.modelName == "network.onnx")
    #expect(configuration.inputType == .int8)
    #expect(configuration.codeReservedBytes == 162_000)
    #expect(configuration.notes.map(\.code) == ["DG0063", "DG0063"])
    #expect(configuration.notes.allSatisfy { $0.severity == .note })
  }

  @Test(arguments: [
    ("{}", nil), (#"{"input_bits": 4}"#, ElementType.uint4), (#"{"input_signed": true}"#, .int8),
    (#"{"input_bits": 16, "input_signed": false}"#, .uint16),
  ])
  func `what is left out of the type of the inputs is as DORY takes it`(_ text: String, _ type: ElementType?) throws {
    let configuration = try Self.read(text)
    #expect(configuration.inputType == type)
    #expect(configuration.codeReservedBytes == nil && configuration.modelName == nil)
  }

  @Test func `a key that DORY does not have is a warning`() throws {
    let notes = try Self.read(#"{"code_reserved_space": 1, "input_bits": 8}"#).notes
    #expect(notes.map(\.severity) == [.warning])
    #expect(notes.first?.message.contains("'code_reserved_space'") == true)
  }

  @Test(arguments: [
    ("code reserved spac", "code reserved space"), ("code_reserved_space", "code reserved space"),
    ("input_bit", "input_bits"), ("BNRELU_bits", "BNRelu_bits"),
  ])
  func `a mistyped key leads to the one that was meant`(typed: String, meant: String) throws {
    let notes = try Self.read(#"{"\#(typed)": 1, "onnx_file": "network.onnx"}"#).notes
    #expect(notes.map(\.hint) == ["did you mean '\(meant)'? otherwise leave the key out"])
    let both = try Self.read(#"{"\#(typed)": 1, "\#(meant)": 8}"#).notes.filter { $0.severity == .warning }
    #expect(both.map(\.hint) == ["nothing has to be done; the key may be left out"])
  }

  @Test func `an object without any key of DORY's is a warning`() throws {
    #expect(try Self.read("{}").notes.map(\.severity) == [.warning])
    #expect(try Self.read(#"{"input_bits": 8}"#).notes.isEmpty)
  }

  @Test(arguments: ["", "[1]", "7", "{\"input_bits\": 8", String(repeating: "[", count: 100_000)])
  func `what is no JSON object is refused`(_ text: String) {
    let refusal = #expect(throws: Refusal.self) { try Self.read(text) }
    #expect(refusal?.diagnostics.map(\.code) == ["DG0061"])
  }

  @Test func `every wrong value is named at once`() {
    let refusal = #expect(throws: Refusal.self) {
      try Self.read(
        #"{"BNRelu_bits": 0, "onnx_file": 3, "code reserved space": -4, "n_inputs": 1.5, "input_bits": 3}"#)
    }
    let messages = refusal?.diagnostics.map(\.message) ?? []
    #expect(refusal?.diagnostics.allSatisfy { $0.code == "DG0062" && $0.hint != nil } == true)
    for part in ["'onnx_file' is 3", "is -4, not a whole number from 0", "'uint3'", "is 0, not", "is 1.5, not"] {
      #expect(messages.contains { $0.contains(part) }, "\(part)")
    }
    #expect(messages.count == 5)
  }

  @Test func `the model is the one that the configuration names, wherever it lies`() throws {
    let configuration = try Self.read(#"{"onnx_file": "network.onnx"}"#)
    #expect(configuration.remarks(about: ModelFile(path: "elsewhere/network.onnx", bytes: [])) == [])
    let remarks = configuration.remarks(about: ModelFile(path: "network2.onnx", bytes: []))
    #expect(remarks.map(\.code) == ["DG0064"] && remarks.map(\.severity) == [.warning])
  }

  @Test(arguments: [0, 60_000, 162_001, 300_000])
  func `tensors leave at least the reserved space of L2`(_ bytes: Int) throws {
    let file = try ModelFile(path: PlanDocumentTests.digits)
    var options = PlanningOptions()
    options.codeReservedBytes = bytes
    let plan = try Pipeline.plan(try file.load().network, file: file, options: options)
    let l2 = try #require(plan.budgets.first { $0.level == .l2 })
    let program = l2.items.filter { $0.name != "reserve" }.reduce(0) { $0 + $1.bytes }
    #expect(l2.capacityBytes - l2.availableBytes == max(program, (bytes + 3) / 4 * 4))
  }
}
