import Deployment
import Foundation
import NetworkIR
import Testing

/// Networks whose names would end a comment, a string, a line or a folder, if anything let them.
@Suite(.serialized)
struct HostileNamesTests {
  /// Each becomes the name of a tensor, and of the node that makes it.
  static let names = [
    "*/ int main(void) { return 1; } /*", "*/", "/*", "//", "\\", "a\\\n#error no", "\"", "\\\"); abort(); (\"", "??/",
    "??/\n",
    "%s%n%n", "a\nb", "\r\n", "\u{0}", "a\u{0}b", "\u{1B}[2J\u{7}", "\u{202E}txt", "é", "日本語 ネット", "🐟", " ", "",
    ".", "..", "../../etc/passwd", "/etc/passwd", "a/b", "a\\b", "CON", "NUL.txt", "~", "-rf", "$(touch x)",
    "`touch x`", "|x|",
    "int", "main", "network_run", "NULL", "DORY_L2", "INT32_MIN", "conv_00", "conv_01.weights", "a b", "a_b", "a-b",
    String(repeating: "n", count: 300), String(repeating: "*/", count: 5_000), "__VA_ARGS__", "#define x",
    "_Static_assert",
  ]

  /// Convolutions in a row, one for each name, under the name of a network.
  private static func network(named name: String) throws -> Network {
    var shaped = ShapedNetwork("x", input: Shape(height: 3, width: 3, channels: 4), seed: 7)
    for _ in names { try shaped.convolution(4, Window(1)) }
    var network = shaped.finished()
    network.name = name
    network.tensors[0].name = "in\u{1B}[31m \u{7}\u{202E}é"
    for (index, name) in names.enumerated() {
      network.tensors[index + 1].name = name
      network.layers[index].source = name
    }
    return network
  }

  private static func scratch(_ body: (String) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "hostile-names-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try await body(folder.path)
  }

  /// The simulator names the input that its file is too short for; a terminal must not take that for a command.
  private static func expectHarmlessWords(ofProjectIn folder: String) throws {
    try Data([1]).write(to: URL(fileURLWithPath: folder + "/short.bin"))
    let network = Process()
    network.executableURL = URL(fileURLWithPath: folder + "/build/host/network")
    network.arguments = [
      "--weights", "weights.bin", "--input", "short.bin", "--output", "output.bin",
    ]
    network.currentDirectoryURL = URL(fileURLWithPath: folder)
    let errors = Pipe()
    network.standardError = errors
    try network.run()
    let words = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    network.waitUntilExit()
    #expect(network.terminationStatus != 0)
    #expect(words.contains("input 'in?[31m ??é'"), "\(words)")
    #expect(!words.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" || $0.value == 0x202E }, "\(words)")
  }

  @Test(arguments: [("gcc", "*/ \" \\ ??/ main"), ("clang", "../x\n#error\u{1B}[2J")])
  func `the project of any names compiles without warnings and is bit-exact`(
    compiler: String, name: String
  ) async throws {
    let network = try Self.network(named: name)
    // Names identify tensors of a plan, so they must survive its file.
    let made = try Pipeline.plan(network, file: ModelFile(path: "m.onnx", bytes: []), options: PlanningOptions())
    let plan = try PlanDocument.inspect(try PlanDocument.encode(made), path: "plan.json").plan
    #expect(plan == made)
    try await Self.scratch { folder in
      try Pipeline.generate(network, plan, into: folder)
      let written = try FileManager.default.subpathsOfDirectory(atPath: folder)
      let harmless = CharacterSet(charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./")
      #expect(written.allSatisfy { $0.unicodeScalars.allSatisfy(harmless.contains) && $0.utf8.count < 100 })
      let make = Process()
      make.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      // All warnings are errors in the project's own Makefile.
      make.arguments = ["make", "-s", "-C", folder, "host", "CC=\(compiler)"]
      try make.run()
      make.waitUntilExit()
      #expect(make.terminationStatus == 0)
      try Self.expectHarmlessWords(ofProjectIn: folder)
    }
    let run = ModelRun(network: network, samples: .random(count: 1, seed: 3))
    let found = try await run.onHost(plan)
    let expected = try run.onReference()
    #expect(found.outputs == expected.outputs)
    #expect(found.layers == expected.layers)
  }
}
