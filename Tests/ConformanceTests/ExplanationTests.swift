import Deployment
import GraphImport
import NetworkIR
import Reference
import Testing

/// Golden data that differ from the reference, and what is said about them.
struct ExplanationTests {
  private let file: ModelFile
  private let model: ImportedModel
  private let samples: [[[Int32]]]

  init() throws {
    file = try ModelFile(path: SharedNetworks.ownExample + "/digits.tflite")
    model = try file.load()
    samples = try SampleSource.random(count: 40, seed: 11).load(for: model.network).samples
  }

  /// Every tensor of every sample, as a reading of the model gives them.
  private func golden(_ model: ImportedModel) throws -> GoldenData {
    let executor = ReferenceExecutor(model.network)
    var data = GoldenData(samples: samples)
    for (index, sample) in samples.enumerated() {
      let tensors = try executor.run(sample)
      for layer in model.network.layers {
        data.expected.append(
          GoldenTensor(sample: index, tensor: layer.output, values: tensors[layer.output], source: "made here"))
      }
    }
    return data
  }

  @Test func `golden data of the same reading do not differ`() async throws {
    let report = try await GoldenComparison(model: model, file: file, golden: try golden(model)).run().report
    #expect(report.passes)
    #expect(report.differences == [])
    #expect(report.tensors == 40 * model.network.layers.count)
  }

  @Test func `a difference that another reading gives is named after it`() async throws {
    let other = try golden(try file.load(profile: .xnnpack))
    let report = try await GoldenComparison(model: model, file: file, golden: other).run().report
    let causes = report.differences.map(\.cause)
    #expect(causes.contains(.profile(.xnnpack)))
    #expect(causes.allSatisfy { $0 == .profile(.xnnpack) || $0 == .follows })
    #expect(!report.passes)
    #expect(report.tiedElements == 0)
  }

  @Test func `a code that no reading gives is not explained, and what follows from it is said to follow`() async throws
  {
    var wrong = try golden(model)
    let output = model.network.layers[0].output
    let range = model.network[output].values
    wrong.expected = wrong.expected.filter { $0.sample == 3 }
    wrong.expected[0].values = wrong.expected[0].values.map { $0 == Int32(range.upperBound) ? $0 - 1 : $0 + 1 }
    let known = [output: wrong.expected[0].values]
    let tensors = try ReferenceExecutor(model.network).run(samples[3], readingInstead: known)
    for (index, layer) in model.network.layers.enumerated().dropFirst() {
      wrong.expected[index].values = tensors[layer.output]
    }
    let report = try await GoldenComparison(model: model, file: file, golden: wrong).run().report
    #expect(report.differences.first?.cause == .unexplained(tried: [.xnnpack]))
    #expect(report.differences.first?.mismatches == wrong.expected[0].values.count)
    #expect(report.differences.first?.ownMismatches == wrong.expected[0].values.count)
    #expect(report.differences.first?.explanation == "not explained by xnnpack")
    #expect(report.differences.dropFirst().allSatisfy { $0.cause == .follows })
    #expect(!report.passes)
  }
}
