import ModelBuilding
import NetworkIR
import Testing

@testable import GraphImport

/// Files that are damaged, or made to mislead: a refusal or a network, never a trap.
struct TFLiteHostileTests {
  /// SplitMix64; constants from https://prng.di.unimi.it/splitmix64.c.
  struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9e37_79b9_7f4a_7c15
      var mixed = (state ^ (state >> 30)) &* 0xbf58_476d_1ce4_e5b9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
      return mixed ^ (mixed >> 31)
    }
  }

  /// A network, or at least one problem that names the file.
  private func expectOutcome(_ bytes: [UInt8], _ comment: @autoclosure () -> Comment) {
    let report = inspectModel(bytes, fileName: "m")
    #expect((report.model == nil) == !report.problems.isEmpty, comment())
    #expect(report.problems.allSatisfy { $0.file == "m" && !$0.message.isEmpty }, comment())
  }

  @Test func `a file cut off anywhere is refused or read, and never traps`() {
    let bytes = TFLiteTestModel.small.bytes
    for count in bytes.indices { expectOutcome([UInt8](bytes[..<count]), "the first \(count) bytes") }
  }

  @Test(arguments: UInt64(1)...8)
  func `flipped bits never trap`(seed: UInt64) {
    let bytes = TFLiteTestModel.small.bytes
    var generator = Generator(state: seed)
    for round in 0..<500 {
      var damaged = bytes
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        damaged[Int.random(in: 8..<bytes.count, using: &generator)] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      }
      expectOutcome(damaged, "seed \(seed), round \(round)")
    }
  }

  @Test(arguments: UInt64(1)...8)
  func `numbers overwritten by extreme ones never trap`(seed: UInt64) {
    let bytes = TFLiteTestModel.small.bytes
    let extremes: [[UInt8]] = [
      [0xff, 0xff, 0xff, 0xff], [0xff, 0xff, 0xff, 0x7f], [0, 0, 0, 0x80], [0, 0, 0, 0], [1, 0, 0, 0],
      [0, 0, 0x80, 0x7f], [1, 0, 0, 0], [0xff, 0xff, 0, 0],
    ]
    var generator = Generator(state: seed)
    for round in 0..<500 {
      var damaged = bytes
      let position = Int.random(in: 2..<bytes.count / 4, using: &generator) * 4
      let value = extremes[Int.random(in: extremes.indices, using: &generator)]
      damaged.replaceSubrange(position..<position + 4, with: value)
      expectOutcome(damaged, "seed \(seed), round \(round), byte \(position)")
    }
  }

  @Test func `a file whose offsets all point at one vector is refused before it is expanded`() throws {
    // A thousand tensors that share one table by its name: each visit of the 4 kB name counts.
    var model = TFLiteTestModel.small
    model.tensors[0].name = String(repeating: "n", count: 4096)
    var file = model.bytes
    let name = try #require(file.indices.first { file[$0...].starts(with: "nnnn".utf8) })
    let reader = FlatBuffer(file)
    #expect(throws: TFLiteFileProblem.self) {
      var reader = reader
      let root = try reader.root(named: "the model")
      for _ in 0..<64 { _ = try reader.vector(4, of: root, elementBytes: file.count / 16, named: "the buffers") }
    }
    file[name] = 0x1b
    #expect(try readTFLite(file).tensors.keys.contains { $0.hasPrefix("?nnn") })
  }

  @Test func `what is no model is refused by its look`() {
    func code(_ bytes: [UInt8]) -> [String] { inspectModel(bytes, fileName: "m").problems.map(\.code) }
    #expect(code([]) == ["DG0101"])
    #expect(code(Array("not a model".utf8)) == ["DG0102"])
    #expect(code(Array("PK\u{3}\u{4}....".utf8)) == ["DG0102"])
    #expect(code([UInt8](repeating: 0xff, count: 64)) == ["DG0102"])
    #expect(code([0x1c, 0, 0, 0] + Array("TFL3".utf8)) == ["DG0110"])
  }
}
