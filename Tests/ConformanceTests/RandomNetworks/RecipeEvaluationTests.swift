import NetworkIR
import Testing

@testable import Deployment
@testable import GraphImport

/// The evaluation of recipes, against mistakes that an import and a reference fed by it would agree about.
struct RecipeEvaluationTests {
  private static let sides = Padding(top: 1, left: 0, bottom: 0, right: 1)
  private static let recipe = Recipe(
    format: .tfliteInt8, seed: 5, inputs: [Shape(height: 7, width: 6, channels: 3)],
    nodes: [
      RecipeNode(
        operation: .convolution(Window(3, border: .sides(sides)), channels: 4, groups: 1), inputs: [0], seed: 3)
    ], outputs: [], machine: RecipeMachine())

  /// A change of the convolution.
  private static let mistakes: [(name: String, change: @Sendable (inout Convolution) -> Void)] = [
    ("top and bottom swapped", { swap(&$0.padding.top, &$0.padding.bottom) }),
    ("left and right swapped", { swap(&$0.padding.left, &$0.padding.right) }),
    (
      "rows and columns of the kernel swapped",
      { convolution in
        let weights = convolution.weights
        for place in weights.indices {
          let (input, tap, output) = (place % 3, place / 3 % 9, place / 27)
          convolution.weights[place] = weights[(output * 9 + tap % 3 * 3 + tap / 3) * 3 + input]
        }
      }
    ),
    ("biases at the scale of other weights", { $0.bias = $0.bias.map { $0 * 64 } }),
  ]

  private func findings(_ change: (inout Convolution) -> Void) throws -> RecipeEvaluation.Findings {
    var network = try importModel(Self.recipe.modelFile, fileName: "random.tflite").network
    for index in network.layers.indices {
      guard case .convolution(var convolution) = network.layers[index].operation else { continue }
      change(&convolution)
      network.layers[index].operation = .convolution(convolution)
    }
    let samples = try SampleSource.random(count: 1, seed: 9).load(for: network).samples
    let results = try ModelRun(network: network, samples: .codes(samples)).onReference()
    let outputs = network.inputs.map(\.tensor) + network.layers.map(\.output)
    var tensors: [Int: [Int32]] = [:]
    for (tensor, codes) in zip(outputs, samples[0] + results.layers[0]) {
      if let index = network[tensor].origin.index { tensors[index] = codes }
    }
    return try #require(RecipeEvaluation(Self.recipe)).findings(tensors)
  }

  @Test func `a network that is right is as the recipe computes it`() throws {
    let findings = try findings { _ in }
    #expect(findings.difference == nil, "\(findings.difference?.words ?? "")")
    #expect(findings.compared == 6 * 5 * 4)
  }

  @Test(arguments: mistakes.indices)
  func `what an import might mistake is found`(number: Int) throws {
    let (name, change) = Self.mistakes[number]
    #expect(try findings(change).difference != nil, "\(name)")
  }
}
