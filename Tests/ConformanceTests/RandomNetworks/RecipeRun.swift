import CEmitter
import Foundation
import NetworkIR

@testable import Deployment
@testable import GraphImport

/// What became of a recipe.
enum RecipeOutcome: Sendable {
  /// The tool can't deploy it, and says so: the stage, and codes of diagnostics.
  case refused(stage: String, codes: [String])
  case failed(RecipeFailure)
  case ran(RecipeFigures)
}

/// Something that must not happen.
struct RecipeFailure: Equatable, Sendable, CustomStringConvertible {
  enum Kind: String, Sendable {
    /// A refusal without a reason that the documentation explains.
    case wordless = "a refusal without a code"
    /// A refusal for a reason that the documentation does not have for such networks.
    case undocumented = "a refusal that the documentation does not explain"
    case rejectedPlan = "a plan that the verifier does not accept"
    case notEmitted = "a verified plan that is not emitted"
    case notCompiled = "C that is not compiled"
    case fault = "a fault, of the simulator or of the sanitizers"
    case mismatch = "codes that differ"
    case reference = "a network that the reference can't evaluate"
    case evaluation = "codes of the reference that are far from what the recipe computes"
    case hang = "a program that does not end"
  }

  var kind: Kind
  /// What tells failures of one kind apart: the operation of the first layer that differs, or the kind of the fault.
  var subject: String
  var message: String

  var description: String { "\(kind.rawValue), \(subject): \(message)" }

  /// Whether another one is the same finding.
  func isLike(_ other: RecipeFailure) -> Bool { kind == other.kind && subject == other.subject }
}

/// What a recipe that ran amounts to.
struct RecipeFigures: Sendable {
  /// Operations of the plan's layers.
  var layers: [String] = []
  /// Elements of all layers that were compared, over all samples and runs.
  var elements = 0
  /// Codes of the reference that were compared with the recipe's own evaluation, and those that it could not be compared with.
  var evaluated = 0
  var unevaluated = 0
  var options = PlanningOptions()
  /// Of plans in smaller memories, on the way.
  var refused: [String] = []
  var isTiled = false
  var isStreamed = false
  var isStriped = false
  var isPaged = false
}

/// Takes recipes through every stage of the tool, each checked by the next.
final class RecipeRunner {
  private let planning: RecipePlanning
  private let builds: RecipeBuild
  /// Of how many recipes one is built with the sanitizers, too.
  private let sanitizedShare: Int
  /// Changes the C of a project before it is built: for faults made on purpose.
  private let sabotage: @Sendable ([GeneratedFile]) -> [GeneratedFile]

  /// - Parameters:
  ///   - folder: for everything that is written.
  ///   - sanitizedShare: of how many recipes one is built with the sanitizers, besides the build that checks accesses.
  ///   - sabotage: changes the files of a project before it is built.
  /// - Throws: where the folder can't be written.
  init(
    in folder: String, sanitizedShare: Int = 1,
    sabotage: @escaping @Sendable ([GeneratedFile]) -> [GeneratedFile] = { $0 }
  ) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    planning = try RecipePlanning(in: folder)
    builds = RecipeBuild(in: folder)
    self.sanitizedShare = sanitizedShare
    self.sabotage = sabotage
  }

  /// Import, plan, verification, emission, build and runs, each layer compared with the reference.
  func run(_ recipe: Recipe) async throws -> RecipeOutcome {
    let model: ImportedModel
    do {
      model = try importModel(recipe.modelFile, fileName: "random." + recipe.format.suffix)
    } catch {
      return Self.outcome(of: error, stage: "import", RecipeRefusals.importCodes(of: recipe))
    }
    let network = model.network
    let planned: RecipePlanning.Result
    do {
      planned = try planning.plan(network, on: recipe.machine)
    } catch let rejection as PlanRejected {
      let subject = rejection.violations.first.map { "\($0)".split(separator: " ").first.map(String.init) ?? "" } ?? ""
      return .failed(RecipeFailure(kind: .rejectedPlan, subject: subject, message: "\(rejection)"))
    } catch let refusal as Refusal {
      return Self.outcome(of: refusal, stage: "plan", RecipeRefusals.planCodes(of: recipe))
    } catch let unexplained as RecipePlanning.Unexplained {
      return Self.outcome(of: unexplained.refusal, stage: "plan with less memory", [])
    }
    let project: String
    do {
      project = try builds.write(sabotage(try Pipeline.project(network, planned.plan)))
    } catch let refusal as Refusal {
      return .failed(RecipeFailure(kind: .notEmitted, subject: "", message: "\(refusal)"))
    }
    var figures = RecipeFigures(planned, tensors: network)
    let samples = Self.samples(of: network, seed: recipe.seed)
    let expected: ModelRun.Results
    do {
      expected = try ModelRun(network: network, samples: .codes(samples)).onReference()
    } catch {
      return .failed(RecipeFailure(kind: .reference, subject: "", message: "\(error)"))
    }
    if let failure = evaluate(recipe, network, samples, expected, &figures) { return .failed(failure) }
    for (kind, runs) in runs(of: recipe) {
      if let said = try await builds.build(project, kind, by: RecipeCompiler(of: recipe)) {
        return .failed(RecipeFailure(kind: .notCompiled, subject: "\(kind)", message: said))
      }
      for arguments in runs {
        let failure = try await compare(project, arguments, samples, network, planned.plan, expected)
        if let failure { return .failed(failure) }
        figures.elements += expected.layers.joined().reduce(0) { $0 + $1.count }
      }
    }
    return .ran(figures)
  }

  /// Compares the reference with what the recipe computes by itself, where its format has that.
  private func evaluate(
    _ recipe: Recipe, _ network: Network, _ samples: [[[Int32]]], _ expected: ModelRun.Results,
    _ figures: inout RecipeFigures
  ) -> RecipeFailure? {
    guard let evaluation = RecipeEvaluation(recipe) else { return nil }
    for (sample, layers) in expected.layers.enumerated() {
      let outputs = network.inputs.map(\.tensor) + network.layers.map(\.output)
      var tensors: [Int: [Int32]] = [:]
      for (tensor, codes) in zip(outputs, samples[sample] + layers) {
        if let index = network[tensor].origin.index { tensors[index] = codes }
      }
      let findings = evaluation.findings(tensors)
      figures.evaluated += findings.compared
      figures.unevaluated += findings.missing
      guard let difference = findings.difference else { continue }
      let kind = recipe.nodes[difference.value - recipe.inputs.count].operation.kind
      return RecipeFailure(
        kind: .evaluation, subject: kind.rawValue,
        message: "value \(difference.value), sample \(sample), \(difference.words)")
    }
    return nil
  }

  /// Builds of a recipe, and how the program of each is run: data as late as allowed, and in pieces while cores take turns.
  private func runs(of recipe: Recipe) -> [(HostBuild, [[String]])] {
    let seed = recipe.seed >> 1
    let pieces = TransferTiming.seeded(seed).arguments
    let checked = (HostBuild.checked, [[], pieces + CoreOrder.interleaved(seed).arguments])
    let sanitized = (HostBuild.sanitized, [pieces, CoreOrder.threads.arguments])
    let builds = recipe.seed % UInt64(sanitizedShare) == 0 ? [checked, sanitized] : [checked]
    // What users run is built for speed.
    return RecipeCompiler(of: recipe) == .asShipped ? builds + [(HostBuild.plain, [[]])] : builds
  }

  /// - Parameters:
  ///   - refusal: by the tool.
  ///   - stage: that refuses.
  ///   - documented: codes that such a recipe may be refused with there.
  /// - Returns: a refusal where all of its codes are documented, else a failure.
  private static func outcome(of refusal: Refusal, stage: String, _ documented: Set<String>) -> RecipeOutcome {
    let errors = refusal.diagnostics.filter { $0.severity == .error }
    guard !errors.isEmpty, errors.allSatisfy({ $0.code.hasPrefix("DG") && !$0.message.isEmpty })
    else { return .failed(RecipeFailure(kind: .wordless, subject: stage, message: "\(refusal)")) }
    let codes = Set(errors.map(\.code))
    let undocumented = codes.subtracting(documented).sorted()
    guard undocumented.isEmpty else {
      let subject = "\(stage) \(undocumented.joined(separator: ", "))"
      return .failed(RecipeFailure(kind: .undocumented, subject: subject, message: "\(refusal)"))
    }
    return .refused(stage: stage, codes: codes.sorted())
  }

  /// Codes of every input: any, and the least or the greatest ones alone.
  private static func samples(of network: Network, seed: UInt64) -> [[[Int32]]] {
    var random = SplitMix64(seed: seed)
    return [false, true].map { isExtreme in
      network.inputs.map { input in
        let tensor = network[input.tensor]
        let (low, high) = (tensor.values.lowerBound, tensor.values.upperBound)
        return (0..<tensor.shape.elements).map { _ in
          Int32(isExtreme ? Bool.random(using: &random) ? low : high : Int.random(in: low...high, using: &random))
        }
      }
    }
  }

  /// Runs the program and compares every layer of every sample.
  private func compare(
    _ project: String, _ arguments: [String], _ samples: [[[Int32]]], _ network: Network, _ plan: DeploymentPlan,
    _ expected: ModelRun.Results
  ) async throws -> RecipeFailure? {
    let files = try ProgramFiles(samples, of: network)
    let process = try await ProcessResult.running(
      "timeout", ["120", project + "/build/host/network"] + files.arguments(project: project) + arguments)
    let found = files.results(of: network, after: process)
    guard process.succeeded else {
      let isLate = process.status.contains("124")
      let words = process.output.prefix(3000)
      return RecipeFailure(
        kind: isLate ? .hang : .fault, subject: isLate ? "" : Self.subject(of: words), message: String(words))
    }
    for (sample, layers) in expected.layers.enumerated() {
      for (index, codes) in layers.enumerated() where found.layers[sample][index] != codes {
        let place = zip(codes, found.layers[sample][index]).enumerated().first { $1.0 != $1.1 }
        return RecipeFailure(
          kind: .mismatch, subject: plan.layers[index].op,
          message: "layer \(plan.layers[index].name), sample \(sample), element \(place?.offset ?? -1): "
            + "\(place.map { "\($0.element.1) instead of \($0.element.0)" } ?? "another number of elements")")
      }
    }
    return found.outputs == expected.outputs
      ? nil : RecipeFailure(kind: .mismatch, subject: "outputs", message: "every layer is right, an output is not")
  }

  /// The kind of a fault: its words without layer and numbers.
  private static func subject(of words: Substring) -> String {
    let lines = words.split(separator: "\n").map { $0.split(separator: ": ") }
    // `fault: KIND: ...` of the simulator, `PLACE: runtime error: WORDS` and `==NUMBER==ERROR: AddressSanitizer: KIND ...`.
    if let fault = lines.first(where: { $0.first == "fault" && $0.count > 1 }) { return String(fault[1]) }
    let said = lines.first { $0.contains { $0 == "runtime error" || $0 == "AddressSanitizer" } } ?? []
    return String(said.last?.prefix { !$0.isNumber } ?? "")
  }
}

extension RecipeFigures {
  fileprivate init(_ planned: RecipePlanning.Result, tensors: Network) {
    let plan = planned.plan
    layers = plan.layers.map(\.op)
    options = planned.options
    refused = planned.refused
    isTiled = plan.layers.contains { $0.tiles > 1 }
    isStreamed = plan.layers.contains { [.weightsStreamed, .bothStreamed].contains($0.mode) }
    isStriped = plan.layers.contains { [.activationsStriped, .bothStreamed].contains($0.mode) }
    isPaged = plan.layers.contains { $0.transfers.l3.contains { $0.kind != .weights } }
  }
}
