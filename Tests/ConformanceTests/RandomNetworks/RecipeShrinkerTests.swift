import CEmitter
import Foundation
import NetworkIR
import Testing

/// What finds and explains faults, on faults made on purpose.
@Suite(.serialized)
struct RecipeShrinkerTests {
  /// A network of eight nodes with branches, of which one is a depthwise convolution.
  private static let branched: Recipe = {
    let window = Window(3, border: .same)
    let operations: [(RecipeOperation, [Int])] = [
      (.convolution(window, channels: 12, groups: 1), [0]), (.function(.relu), [1]),
      (.depthwise(window, multiplier: 1), [2]), (.binary(.add), [3, 1]), (.maximumPool(Window(2, stride: 2)), [4]),
      (.convolution(Window(1), channels: 7, groups: 1), [5]), (.transpose([.column, .row, .channel]), [6]),
      (.fullyConnected(channels: 5), [7]),
    ]
    let nodes = operations.enumerated().map { index, operation in
      RecipeNode(operation: operation.0, inputs: operation.1, seed: UInt64(index))
    }
    return Recipe(
      format: .tfliteInt8, seed: 7, inputs: [Shape(height: 9, width: 11, channels: 6)], nodes: nodes, outputs: [],
      machine: RecipeMachine(cores: 4, objective: .latency, hasFlash: true, l1: .least, l2: .least))
  }()

  private func withRunner<Result>(
    sabotage: @escaping @Sendable ([GeneratedFile]) -> [GeneratedFile] = { $0 },
    _ body: (RecipeRunner) async throws -> Result
  ) async throws -> Result {
    let scratch = FileManager.default.temporaryDirectory.appending(path: "shrinker-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    return try await body(try RecipeRunner(in: scratch, sanitizedShare: .max, sabotage: sabotage))
  }

  @Test func `a fault in the C of one operator is shrunk to that operator`() async throws {
    // Codes above 3 are cut off.
    let sabotage: @Sendable ([GeneratedFile]) -> [GeneratedFile] = { files in
      files.map { file in
        guard file.path.hasPrefix("layers/dwconv") else { return file }
        let text = String(decoding: file.contents, as: UTF8.self).replacing(".high = 127", with: ".high = 3")
        return GeneratedFile(path: file.path, contents: Array(text.utf8))
      }
    }
    try await withRunner(sabotage: sabotage) { runner in
      guard case .failed(let failure) = try await runner.run(Self.branched) else {
        Issue.record("the fault is not found")
        return
      }
      #expect(failure.kind == .mismatch && failure.subject == "depthwiseConvolution")
      let shrinker = RecipeShrinker(trials: 40) { candidate in
        guard case .failed(let failure) = try await runner.run(candidate) else { return nil }
        return failure
      }
      let (smallest, last) = try await shrinker.shrunk(Self.branched, failure)
      #expect(last.isLike(failure))
      #expect(smallest.nodes.map(\.operation.kind) == [.depthwise], "\(smallest.listing)")
      #expect(smallest.inputs.count == 1)
    }
  }

  @Test func `a fault that depends on two numbers is shrunk to the least of both`() async throws {
    var recipe = Self.branched
    recipe.inputs = [Shape(height: 19, width: 28, channels: 20)]
    recipe.nodes[0].operation = .convolution(Window(5, border: .same), channels: 50, groups: 1)
    var runs = 0
    // Wherever a convolution of 5 channels or more, and no multiple of four, reads a map of 7 columns or more.
    let shrinker = RecipeShrinker { candidate in
      runs += 1
      let shapes = candidate.shapes ?? []
      let fails = candidate.nodes.contains { node in
        guard case .convolution(_, let channels, _) = node.operation else { return false }
        return channels >= 5 && channels % 4 != 0 && shapes[node.inputs[0]].width >= 7
      }
      return fails ? RecipeFailure(kind: .mismatch, subject: "convolution", message: "") : nil
    }
    let failure = RecipeFailure(kind: .mismatch, subject: "convolution", message: "")
    let (smallest, _) = try await shrinker.shrunk(recipe, failure)
    #expect(smallest.inputs == [Shape(height: 1, width: 7, channels: 1)], "\(smallest.listing)")
    #expect(smallest.nodes.map(\.operation) == [.convolution(Window(1), channels: 5, groups: 1)])
    #expect(smallest.nodes.map(\.weights) == [.ones])
    #expect(smallest.machine == RecipeMachine())
    #expect(runs < shrinker.trials)
  }

  @Test func `every simplification is whole, and they come to an end`() {
    var recipe = Self.branched
    var steps = 0
    while let simpler = recipe.simplifications.first {
      #expect(simpler.shapes != nil && !simpler.nodes.isEmpty)
      recipe = simpler
      steps += 1
      guard steps < 500 else { break }
    }
    #expect(steps < 500)
    #expect(recipe.nodes.count == 1)
  }

  /// Single operations that once failed.
  private static let known: [Recipe] = {
    func recipe(
      _ operation: RecipeOperation, on inputs: [Shape], reading input: Int = 0, format: RecipeFormat = .tfliteInt8,
      bits: Int = 8
    ) -> Recipe {
      Recipe(
        format: format, seed: 1, inputs: inputs,
        nodes: [RecipeNode(operation: operation, inputs: [input], seed: 1, bits: bits)], outputs: [],
        machine: RecipeMachine())
    }
    func shape(_ height: Int, _ width: Int, _ channels: Int) -> Shape {
      Shape(height: height, width: width, channels: channels)
    }
    let tall = Extent(height: 3, width: 1)
    return [
      // An input that no layer reads.
      recipe(.function(.relu), on: [shape(4, 3, 2), shape(2, 3, 5)], reading: 1),
      // Channels that are no multiple of four, and a last pixel that ends the tile.
      recipe(.depthwise(Window(tall, stride: Extent(height: 3, width: 2)), multiplier: 1), on: [shape(3, 2, 3)]),
      // Maxima whose last word of channels lies over the one before, each of another core.
      recipe(.maximumPool(Window(1)), on: [shape(1, 1, 5)]),
      // A movement that merges codes of 4 bits into bytes.
      recipe(
        .transposedConvolution(
          kernel: Extent(height: 2, width: 1), stride: Extent(height: 2, width: 1), isSame: true, channels: 2),
        on: [shape(1, 2, 1)], format: .quantlab, bits: 4),
      // QONNX: maps of different quantizations that are joined, and a part behind the last quantizer that is not the first.
      Recipe(
        format: .qonnx, seed: 1, inputs: [shape(4, 3, 2), shape(4, 3, 5)],
        nodes: [
          RecipeNode(operation: .convolution(Window(1), channels: 4, groups: 1), inputs: [0], seed: 1),
          RecipeNode(operation: .concatenation(.channel), inputs: [2, 1], seed: 2),
        ], outputs: [], machine: RecipeMachine()),
      Recipe(
        format: .qonnx, seed: 1, inputs: [shape(4, 3, 2)],
        nodes: [
          RecipeNode(operation: .convolution(Window(3), channels: 4, groups: 1), inputs: [0], seed: 1),
          RecipeNode(operation: .split(.channel, parts: 2, part: 1), inputs: [1], seed: 2),
        ], outputs: [], machine: RecipeMachine()),
      // Codes of 4 bits whose map has one channel, packed for another shape than the operator behind it reads.
      Recipe(
        format: .qonnx, seed: 1, inputs: [shape(1, 1, 1)],
        nodes: [
          RecipeNode(operation: .binary(.subtract), inputs: [0, 0], seed: 1, bits: 4),
          RecipeNode(
            operation: .pad(Padding(top: 3, left: 3, bottom: 0, right: 3), isReflected: false), inputs: [1], seed: 2,
            bits: 4),
          RecipeNode(operation: .reduction(.mean), inputs: [2], seed: 3, bits: 4),
        ], outputs: [], machine: RecipeMachine()),
      // Hundreds of parts that nothing reads: a layer for each did not fit the program's memory.
      recipe(.split(.row, parts: 329, part: 100), on: [shape(329, 1, 1)], format: .nemo),
    ]
  }()

  @Test(arguments: known.indices)
  func `what once failed runs`(number: Int) async throws {
    let recipe = Self.known[number]
    try await withRunner { runner in
      guard case .ran = try await runner.run(recipe) else {
        Issue.record("\(recipe.listing)")
        return
      }
    }
  }
}
