import Foundation
import NetworkIR
import Testing

@testable import Hardware

/// The figures of kernels against the measurements on the simulated cluster that they were fitted to.
struct CalibrationTests {
  /// One tile with its data in L1; `Benchmarks/kernels` measures it.
  private struct Sample: Decodable {
    var size, stride, rows, columns, channels, entries, cores, cycles: Int
    var depth, dilation: Int?
    var form: String

    func tile(_ order: ConstantOrder) -> KernelTile {
      KernelTile(
        kernel: order == .columns ? .depthwise : .convolution(outputChannelsPerGroup: channels),
        window: Extent(height: size, width: size), strideHeight: stride, rows: rows, columns: columns,
        outputChannels: channels, inputChannels: depth ?? 1, isLastPass: true, order: order,
        form: RequantizationForm(rawValue: form), entries: entries, strideWidth: stride,
        dilation: Extent(height: dilation ?? 1, width: dilation ?? 1))
    }
  }

  private static func samples(_ name: String) throws -> [Sample] {
    let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Benchmarks/calibration/\(name).jsonl")
    let lines = try String(contentsOf: url, encoding: .utf8).split(separator: "\n")
    return try lines.map { try JSONDecoder().decode(Sample.self, from: Data($0.utf8)) }
  }

  @Test(arguments: [("dense", ConstantOrder.interleaved), ("columns", .columns)])
  func `nine of ten kernels take what is predicted within a tenth`(name: String, order: ConstantOrder) throws {
    let gap8 = try Target.named("gap8")
    let samples = try Self.samples(name)
    let errors = try samples.map { sample in
      let model = CostModel(try gap8.overriding(cores: sample.cores))
      let tile = sample.tile(order)
      let predicted = order == .columns ? model.columnsCycles(tile) : model.denseCycles(tile)
      return abs(Double(predicted) / Double(sample.cycles) - 1)
    }.sorted()
    #expect(samples.count > 100)
    #expect(errors[errors.count / 2] < 0.04, "median \(errors[errors.count / 2])")
    #expect(errors[errors.count * 9 / 10] < 0.1, "of 90 % \(errors[errors.count * 9 / 10])")
  }
}
