import Foundation
import Synchronization

/// What long work is at, for a person who waits: told by the work, asked for at any time from any thread.
package final class WorkProgress: Sendable {
  private struct Activity {
    var number: Int
    var words: @Sendable () -> String
  }

  private struct State {
    var activities: [Activity] = []
    var begun = 0
  }

  private let state = Mutex(State())

  package init() {}

  /// Everything that is being done now, in the order in which it began; empty for nothing.
  package var words: String {
    state.withLock(\.activities).map { $0.words() }.filter { !$0.isEmpty }.joined(separator: "; ")
  }

  /// Does something that takes a while.
  ///
  /// - Parameters:
  ///   - words: say what it is and how far it is; asked for from other threads.
  ///   - body: does it.
  /// - Returns: what it returns.
  func during<Result>(
    _ words: @escaping @Sendable () -> String, _ body: () async throws -> Result
  ) async rethrows -> Result {
    let number = begin(words)
    defer { end(number) }
    return try await body()
  }

  /// The same for work that waits for nothing.
  func doing<Result>(_ words: @escaping @Sendable () -> String, _ body: () throws -> Result) rethrows -> Result {
    let number = begin(words)
    defer { end(number) }
    return try body()
  }

  private func begin(_ words: @escaping @Sendable () -> String) -> Int {
    state.withLock { state in
      state.begun += 1
      state.activities.append(Activity(number: state.begun, words: words))
      return state.begun
    }
  }

  private func end(_ number: Int) {
    state.withLock { state in state.activities.removeAll { $0.number == number } }
  }
}

/// Samples that are done, counted by whoever does them.
final class SampleCount: Sendable {
  private let done = Mutex(0)
  private let count: Int

  init(of count: Int) { self.count = count }

  func add() { done.withLock { $0 += 1 } }

  /// `3 of 8 samples`
  var words: String { "\(done.withLock(\.self)) of \(Figures.count(count, "sample"))" }
}

/// How far a program is that writes the output of each layer into a file when the layer ends.
struct LayerFileProgress: Sendable {
  /// The file, which need not be there yet.
  var path: String
  /// Of one sample, in step order.
  var layerBytes: [Int]
  var samples: Int

  /// `sample 2 of 8, layer 5 of 11`: what is being computed. Whole samples where the machine takes no time worth telling for
  /// a layer.
  func words(ofLayers: Bool) -> String {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    return words(ofLayers: ofLayers, written: (attributes?[.size] as? NSNumber)?.intValue ?? 0)
  }

  /// The same where so many bytes are written.
  func words(ofLayers: Bool, written: Int) -> String {
    let sampleBytes = layerBytes.reduce(0, +)
    guard sampleBytes > 0, samples > 0 else { return "" }
    let sample = min(written / sampleBytes, samples - 1)
    var left = written - sample * sampleBytes
    let layer = layerBytes.firstIndex { bytes in
      left -= bytes
      return left < 0
    }
    return "sample \(sample + 1) of \(samples)"
      + (ofLayers ? ", layer \((layer ?? layerBytes.count - 1) + 1) of \(layerBytes.count)" : "")
  }
}

/// How far make is in building a project.
struct BuildProgress: Sendable {
  /// What make is told to build.
  enum Goal: String, Sendable { case host, cluster }

  var goal: Goal
  /// Folder of the generated project.
  var project: String
  /// Objects that it is built of, below the folder of the goal.
  private let objects: [String]

  /// - Parameters:
  ///   - goal: what is built.
  ///   - project: its folder.
  ///   - files: of the project, by their paths in it.
  init(_ goal: Goal, project: String, files: [String]) {
    self.goal = goal
    self.project = project
    // As the project's Makefile lists them.
    let folders: Set = ["", "layers", "runtime", "kernels", goal == .host ? "simulator" : "cluster"]
    objects = files.filter { path in
      let isSource = path.hasSuffix(".c") || (path.hasSuffix(".S") && goal == .cluster)
      return isSource && folders.contains((path as NSString).deletingLastPathComponent)
    }.map { ($0 as NSString).deletingPathExtension + ".o" }
  }

  /// `building for the host: 12 of 57 files`
  var words: String {
    let folder = "\(project)/build/\(goal.rawValue)"
    let built = objects.filter { FileManager.default.fileExists(atPath: "\(folder)/\($0)") }.count
    if built < objects.count { return "building for the \(goal.rawValue): \(built) of \(objects.count) files" }
    let isSimulatorMissing = goal == .cluster && !FileManager.default.fileExists(atPath: folder + "/simulator")
    return isSimulatorMissing ? "building the simulator of the cluster, once for this machine" : "linking"
  }
}
