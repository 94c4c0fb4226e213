import Foundation
import GraphImport
import NetworkIR
import Testing
import TilingSolver

@testable import Deployment

/// Files beside the model, damaged in thousands of ways: a result or a refusal that names the file, never a trap.
struct HostileFilesTests {
  /// A text with some of it overwritten: bytes, a number, or a piece of its own.
  static func damaged(_ text: [UInt8], using generator: inout SplitMix64) -> [UInt8] {
    let tokens = [
      "-1", "0", "1e400", "1e9", "9223372036854775807", "-9223372036854775808", "18446744073709551616", "null", "true",
      "\"\"", "{}", "[]", "[[[[", "\"\\ud800\"", "\"\\u0000\"", "..", "/", "NaN", "0.5", ",", "\u{FFFD}",
    ]
    var bytes = text
    for _ in 0..<Int.random(in: 1...3, using: &generator) {
      let start = Int.random(in: 0..<max(1, bytes.count), using: &generator)
      let end = min(bytes.count, start + Int.random(in: 0...6, using: &generator))
      switch Int.random(in: 0..<4, using: &generator) {
      case 0: bytes.replaceSubrange(start..<end, with: [UInt8.random(in: 0...255, using: &generator)])
      case 1: bytes.replaceSubrange(start..<end, with: Array(bytes[end...].prefix(20)))
      case 2: bytes.removeSubrange(start..<end)
      default:
        // Where a value stands in JSON: the digits after a place.
        let digits = bytes[start...].firstIndex { (0x30...0x39).contains($0) } ?? start
        let rest = bytes[digits...].firstIndex { !(0x30...0x39).contains($0) } ?? bytes.count
        let token = tokens[Int.random(in: tokens.indices, using: &generator)]
        bytes.replaceSubrange(digits..<rest, with: Array(token.utf8))
      }
    }
    return bytes
  }

  /// A refusal with a code and a file, or nothing at all.
  private static func expectOutcome(_ comment: Comment, _ body: () throws -> Void) {
    do {
      try body()
    } catch let refusal as Refusal {
      #expect(refusal.diagnostics.allSatisfy { !$0.file.isEmpty && !$0.message.isEmpty }, comment)
    } catch {
      Issue.record("\(error), \(comment)")
    }
  }

  @Test(arguments: UInt64(1)...4)
  func `a damaged folder of golden data is read or refused`(seed: UInt64) throws {
    let entry = { (name: String, shape: String) in
      "{\"file\": \"\(name)\", \"dtype\": \"uint8\", \"n\": 1, \"shape\": \(shape)}"
    }
    let manifest = """
      {"golden": {"inputs": [\(entry("x.bin", "[2, 2, 3]"))], "outputs": [\(entry("y.bin", "[2, 1, 1]"))]}}
      """
    let tensors = """
      [{"name": "out", "dtype": "uint8", "shape": [2, 1, 1], "offset": 0, "nbytes": 2}]
      """
    let files: [String: [UInt8]] = [
      "manifest.json": Array(manifest.utf8), "tensors_sample0.json": Array(tensors.utf8),
      "x.bin": GoldenDataTests.nchw.map { UInt8($0) }, "y.bin": [5, 105], "tensors_sample0.bin": [5, 105],
    ]
    var generator = SplitMix64(seed: seed)
    try OutputFolderTests.scratch { path in
      for round in 0..<300 {
        let victim = files.keys.sorted()[Int.random(in: 0..<files.count, using: &generator)]
        for (name, bytes) in files {
          let bytes = name == victim ? Self.damaged(bytes, using: &generator) : bytes
          try Data(bytes).write(to: URL(fileURLWithPath: path + "/" + name))
        }
        Self.expectOutcome("seed \(seed), round \(round), \(victim)") {
          _ = try GoldenFolder.read(path, for: GoldenDataTests.network)
        }
      }
    }
  }

  @Test(arguments: UInt64(1)...4)
  func `a damaged file of samples is read or refused`(seed: UInt64) throws {
    let file = NPY.encode(GoldenDataTests.nchw + GoldenDataTests.nchw, type: .uint8, dimensions: [2, 2, 2, 3])
    var generator = SplitMix64(seed: seed)
    try OutputFolderTests.scratch { path in
      for round in 0..<500 {
        try Data(Self.damaged(file, using: &generator)).write(to: URL(fileURLWithPath: path + "/in.npy"))
        Self.expectOutcome("seed \(seed), round \(round)") {
          _ = try SampleSource.files([path + "/in.npy"]).load(for: GoldenDataTests.network)
        }
      }
    }
  }

  @Test(arguments: UInt64(1)...4)
  func `damaged pins are kept or refused`(seed: UInt64) throws {
    let file = try ModelFile(path: PlanDocumentTests.digits)
    let network = try file.load().network
    let plan = try Pipeline.plan(network, file: file, options: PlanningOptions())
    let pins = try PlanDocument.encode(plan)
    let workload = Workload(network)
    var generator = SplitMix64(seed: seed)
    for round in 0..<60 {
      Self.expectOutcome("seed \(seed), round \(round)") {
        _ = try PinFile(Self.damaged(pins, using: &generator), path: "pins.json", workload: workload)
      }
    }
  }
}
