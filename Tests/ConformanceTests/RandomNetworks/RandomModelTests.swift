import Foundation
import NetworkIR
import Testing

/// Networks that nobody thought of, each from its file to its codes: whatever the tool deploys is bit-exact.
@Suite(.serialized)
struct RandomModelTests {
  /// Which recipes to run; `make random` sets these.
  private struct Request {
    var count = 60
    var seed: UInt64 = 1
    /// Number of the first recipe under the seed.
    var first = 0
    /// Of how many recipes one is built with the sanitizers, too.
    var sanitizedShare = 1
    /// A file with one recipe, to run again; nil for drawn ones.
    var recipe: String?
    /// Where failing recipes and their models go.
    var folder = FileManager.default.temporaryDirectory.appending(path: "dory-gen-random").path

    init(_ environment: [String: String] = ProcessInfo.processInfo.environment) {
      count = environment["DORY_GEN_RANDOM_COUNT"].flatMap { Int($0) } ?? count
      seed = environment["DORY_GEN_RANDOM_SEED"].flatMap { UInt64($0) } ?? seed
      first = environment["DORY_GEN_RANDOM_FIRST"].flatMap { Int($0) } ?? first
      sanitizedShare = environment["DORY_GEN_RANDOM_SANITIZED"].flatMap { Int($0) } ?? sanitizedShare
      recipe = environment["DORY_GEN_RANDOM_RECIPE"].flatMap { $0.isEmpty ? nil : $0 }
      folder = environment["DORY_GEN_RANDOM_FOLDER"].flatMap { $0.isEmpty ? nil : $0 } ?? folder
    }

    func recipes() throws -> [Recipe] {
      guard let recipe else { return (first..<first + count).map { RecipeGenerator.recipe($0, seed: seed) } }
      return [try JSONDecoder().decode(Recipe.self, from: Data(contentsOf: URL(fileURLWithPath: recipe)))]
    }
  }

  @Test func `random networks give the codes of the reference in every layer`() async throws {
    let request = Request()
    let scratch = FileManager.default.temporaryDirectory.appending(path: "random-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    let findings = RandomFindings(folder: request.folder)
    let runner = try RecipeRunner(in: scratch, sanitizedShare: request.sanitizedShare)
    var tally = RandomTally()
    var known: [RecipeFailure] = []
    let recipes = try request.recipes()
    for (offset, recipe) in recipes.enumerated() {
      // A trap of the tool leaves the recipe behind.
      try findings.write(recipe, as: "current")
      let outcome = try await runner.run(recipe)
      tally.count(recipe, outcome)
      guard case .failed(let failure) = outcome else { continue }
      // Of findings that are alike, the first is made small.
      let isKnown = known.contains { $0.isLike(failure) }
      known.append(failure)
      let name = "seed-\(request.seed)-number-\(request.first + offset)"
      let report = try await findings.report(recipe, failure, as: name, isKnown ? nil : runner)
      Issue.record("\(report)")
    }
    findings.remove("current")
    print("random networks from \(request.first) on under seed \(request.seed)\n\(tally)")
    guard recipes.count >= 60 else { return }
    #expect(tally.ran * 100 >= tally.drawn * 85, "nearly all networks are deployed")
    #expect(tally.unevaluated * 10 < tally.evaluated, "nearly every code of a format that is evaluated again")
    #expect(tally.silent.isEmpty, "every format is deployed, with every kind of operation that it has")
    let missing = RecipeOperation.Kind.allCases.filter { tally.kinds[$0]?.ran ?? 0 == 0 }
    // Some are drawn rarely: 60 recipes need not have them all.
    #expect(missing.count <= (recipes.count < 300 ? 2 : 0), "every kind of operation is deployed somewhere: \(missing)")
  }

  /// Recipes that once failed.
  private static let found = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Found")

  @Test func `networks that once failed give the codes of the reference`() async throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.found.path).sorted()
    #expect(!files.isEmpty)
    let scratch = FileManager.default.temporaryDirectory.appending(path: "found-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    let runner = try RecipeRunner(in: scratch, sanitizedShare: 1)
    for file in files {
      let recipe = try JSONDecoder().decode(Recipe.self, from: Data(contentsOf: Self.found.appending(path: file)))
      guard case .ran = try await runner.run(recipe) else {
        Issue.record("\(file) does not run: make random RECIPE=Tests/ConformanceTests/RandomNetworks/Found/\(file)")
        continue
      }
    }
  }
}

/// The folder of what was found.
struct RandomFindings {
  var folder: String

  /// Writes a recipe.
  func write(_ recipe: Recipe, as name: String) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    try encoder.encode(recipe).write(to: URL(fileURLWithPath: "\(folder)/\(name).json"))
  }

  func remove(_ name: String) { try? FileManager.default.removeItem(atPath: "\(folder)/\(name).json") }

  /// Shrinks a failing recipe, and keeps what it came to, with the model file that says it.
  ///
  /// - Parameters:
  ///   - recipe: fails.
  ///   - failure: how.
  ///   - name: of the files.
  ///   - runner: runs smaller recipes; nil to keep the recipe as it is.
  /// - Returns: what to tell the developer.
  /// - Throws: where the folder can't be written.
  func report(
    _ recipe: Recipe, _ failure: RecipeFailure, as name: String, _ runner: RecipeRunner?
  ) async throws -> String {
    let first = try keep(recipe, failure, as: name)
    guard let runner else { return first }
    let shrinker = RecipeShrinker { candidate in
      guard case .failed(let failure) = try await runner.run(candidate) else { return nil }
      return failure
    }
    let (smallest, last) = try await shrinker.shrunk(recipe, failure)
    return first + "smallest: " + (try keep(smallest, last, as: name + "-smallest"))
  }

  /// Writes a recipe, its model and how it fails.
  private func keep(_ recipe: Recipe, _ failure: RecipeFailure, as name: String) throws -> String {
    try write(recipe, as: name)
    let model = "\(folder)/\(name).\(recipe.format.suffix)"
    try Data(recipe.modelFile).write(to: URL(fileURLWithPath: model))
    let text = """
      \(failure)
      \(recipe.listing)
      model: \(model)
      again: make random RECIPE=\(folder)/\(name).json

      """
    try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name).txt"))
    return text
  }
}

extension Recipe {
  /// A line for each value.
  var listing: String {
    let shapes = shapes ?? []
    var lines = ["\(format.rawValue), \(machine)".replacing(#/(NetworkIR|ConformanceTests)\./#, with: "")]
    for (index, shape) in inputs.enumerated() { lines.append("  \(index): input \(shape)") }
    for (index, node) in nodes.enumerated() {
      let value = inputs.count + index
      let shape = shapes.indices.contains(value) ? "\(shapes[value])" : "?"
      let operation = "\(node.operation)".replacing(#/(NetworkIR|ConformanceTests)\./#, with: "")
      lines.append("  \(value): \(operation) of \(node.inputs), \(node.weights.rawValue) weights -> \(shape)")
    }
    return lines.joined(separator: "\n")
  }
}
