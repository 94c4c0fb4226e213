import Foundation
import NetworkIR
import Testing

@testable import Hardware

/// The figures of kernels against the measurements on the simulated cluster that they were fitted to.
struct CalibrationTests {
  /// One tile with its data in L1; `Benchmarks/kernels` measures it.
  private struct Sample: Decodable {
    var size, stride, rows, columns, channels, entries, cores, cycles: Int
    var depth, dilation, inputBytes: Int?
    var form: String
    /// Of several over the input channels.
    var pass: String?

    func tile(_ order: ConstantOrder) -> KernelTile {
      KernelTile(
        kernel: order == .columns ? .depthwise : .convolution(outputChannelsPerGroup: channels),
        window: Extent(height: size, width: size), strideHeight: stride, rows: rows, columns: columns,
        outputChannels: channels, inputChannels: depth ?? 1,
        isLastPass: pass == nil || pass == "only" || pass == "last", order: order,
        form: RequantizationForm(rawValue: form), entries: entries, inputElementBytes: inputBytes ?? 1,
        strideWidth: stride,
        dilation: Extent(height: dilation ?? 1, width: dilation ?? 1),
        isFirstPass: pass == nil || pass == "only" || pass == "first",
        outputElementBytes: form == "raw" ? 4 : 1)
    }
  }

  private static func samples<Sample: Decodable>(_ name: String) throws -> [Sample] {
    let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Benchmarks/calibration/\(name).jsonl")
    let lines = try String(contentsOf: url, encoding: .utf8).split(separator: "\n")
    return try lines.map { try JSONDecoder().decode(Sample.self, from: Data($0.utf8)) }
  }

  @Test(arguments: [("dense", ConstantOrder.interleaved), ("columns", .columns)])
  func `nine of ten kernels take what is predicted within a tenth`(name: String, order: ConstantOrder) throws {
    let gap8 = try Target.named("gap8")
    let samples: [Sample] = try Self.samples(name)
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

  /// One tile of a layer without weights.
  private struct OtherSample: Decodable {
    var kernel: String
    var rows, columns, channels, cycles: Int
    var size, stride, split, isWide: Int?
    var form: String?
    var loop: WordLoop?

    private var operation: KernelTile.Kernel {
      switch kernel {
      case "maximum" where loop == nil: .pooling(.maximum)
      case "average": .pooling(.average)
      case "sum": .pooling(.sum)
      case "softmax": .softmax
      case "multiplication": .multiplication
      case "extremum", "maximum": .extremum
      case "pairwise": .pairwise
      case "rescale": .rescale
      case "lookup": .lookup
      default: .addition
      }
    }

    var tile: KernelTile {
      KernelTile(
        kernel: operation, window: Extent(height: size ?? 1, width: size ?? 1), strideHeight: stride ?? 1, rows: rows,
        columns: columns, outputChannels: channels, inputChannels: 1, isLastPass: true,
        form: isWide == 1 ? .rq64 : form.flatMap(RequantizationForm.init), strideWidth: stride ?? 1, loop: loop)
    }

    var coreSplit: CoreSplit { [.rows, .pixels, .channels][split ?? 0] }
  }

  @Test(arguments: ["words", "elements", "pools", "softmax"])
  func `most layers without weights take what is predicted within a seventh`(name: String) throws {
    let model = CostModel(try Target.named("gap8"))
    let samples: [OtherSample] = try Self.samples(name)
    let errors = samples.map { sample in
      abs(Double(model.cycles(sample.tile, split: sample.coreSplit)) / Double(sample.cycles) - 1)
    }.sorted()
    #expect(samples.count > 20)
    #expect(errors[errors.count / 2] < 0.05, "median \(errors[errors.count / 2])")
    #expect(errors[errors.count * 17 / 20] < 0.15, "of 85 % \(errors[errors.count * 17 / 20])")
  }
}
