import Foundation
import Testing

/// The files around a run, and the report about its layers.
struct SampleTests {
  private struct Report: Decodable {
    struct Cycles: Decodable {
      var cycles: Int
    }
    struct Layer: Decodable {
      var step: Int
      var name: String
      var cycles: Int
      var compute: Int
      var dma: Int
      var l3: Int
      var control: Int
    }
    struct Sample: Decodable {
      var cycles: Int
      var layers: [Layer]
    }
    var load: Cycles
    var samples: [Sample]
    var faults: [String]
  }

  private static let weights: [UInt8] = [1, 2, 3, 250, 5, 6, 7, 8, 10, 20, 30, 40]

  /// The remainder of the bits as a polynomial, lowest bit of a byte first, by the CRC-32 of Ethernet.
  private static func checksum(_ bytes: [UInt8]) -> Int {
    var remainder: UInt32 = .max
    for bit in bytes.flatMap({ byte in (0..<8).map { UInt32(byte >> $0) & 1 } }) {
      remainder = (remainder ^ bit) & 1 == 1 ? remainder >> 1 ^ 0xEDB8_8320 : remainder >> 1
    }
    return Int(~remainder)
  }

  /// Runs samples.c in a folder of its own, which is then read.
  private func run(
    _ input: [UInt8], checksum: Int = checksum(weights), options: [String] = []
  ) throws -> (output: Simulator.Output, folder: URL) {
    let simulator = try Simulator.shared.get()
    let folder = simulator.folder.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    func path(_ name: String) -> String { folder.appendingPathComponent(name).path }
    try Data(Self.weights).write(to: folder.appendingPathComponent("weights"))
    try Data(input).write(to: folder.appendingPathComponent("input"))
    let files = [
      "--weights", path("weights"), "--input", path("input"), "--output", path("output"), "--layers", path("layers"),
      "--report", path("report"),
    ]
    let output = try simulator.run("samples", definitions: ["CHECKSUM": checksum], options: files + options)
    return (output, folder)
  }

  @Test
  func `every sample gets its input and gives its layers and outputs`() throws {
    let (output, folder) = try run([7, 8, 9, 10, 200, 201, 202, 203])
    #expect(output.status == 0, "\(output)")
    let first: [UInt8] = [18, 30, 42, 44]
    let second: [UInt8] = [211, 223, 235, 237]
    #expect([UInt8](try Data(contentsOf: folder.appendingPathComponent("output"))) == first + second)
    let layers = [UInt8](try Data(contentsOf: folder.appendingPathComponent("layers")))
    #expect(layers == first + first + second + second)
  }

  @Test
  func `the report splits the cycles of every layer`() throws {
    let (_, folder) = try run([7, 8, 9, 10, 200, 201, 202, 203], options: ["--samples", "2"])
    let machine = Machine()
    let report = try JSONDecoder().decode(
      Report.self, from: try Data(contentsOf: folder.appendingPathComponent("report")))
    #expect(report.faults.isEmpty && report.samples.count == 2)
    let load = machine["ram_read_first_cycles"] + machine["flash_first_cycles"]
    #expect((load...load + 100).contains(report.load.cycles))
    for sample in report.samples {
      #expect(sample.layers.map(\.name) == ["sum of \"two\"", "copies"] && sample.layers.map(\.step) == [0, 1])
      for layer in sample.layers {
        #expect(layer.control > 0 && layer.cycles == layer.compute + layer.dma + layer.l3 + layer.control)
      }
      let (sum, copies) = (sample.layers[0], sample.layers[1])
      #expect(sum.compute > 3 * machine["l2_latency_cycles"] && sum.dma == 0 && sum.l3 == 0)
      let copy = 4096 / 8 + machine["dma_latency_cycles"]
      #expect(copies.compute == 0 && (copy - 20...copy).contains(copies.dma), "\(copies)")
      let write = machine["ram_write_first_cycles"]
      #expect((write - 20...write).contains(copies.l3), "\(copies)")
      let total = sum.cycles + copies.cycles
      #expect((total...total + 100).contains(sample.cycles))
    }
  }

  @Test
  func `files that do not fit the program are refused`() throws {
    let wrong = try run([1, 2, 3, 4], checksum: 1).output
    #expect(wrong.status == 1 && wrong.errors.contains("this network needs 0x00000001"), "\(wrong)")
    let short = try run([1, 2, 3, 4, 5]).output
    #expect(short.status == 1 && short.errors.contains("ends after 1 of the 4 bytes of an input"), "\(short)")
    let few = try run([1, 2, 3, 4], options: ["--samples", "2"]).output
    #expect(few.status == 1 && few.errors.contains("holds 1 samples, 2 were asked for"), "\(few)")
  }
}
