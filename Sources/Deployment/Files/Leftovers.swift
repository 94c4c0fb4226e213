import Foundation
import Synchronization

/// What this program has to clear away when it is told to stop: folders and files that are not whole or not wanted, and
/// the processes that it started.
package enum Leftovers {
  private struct State {
    var paths: Set<String> = []
    /// By the number of their first process.
    var processGroups: Set<pid_t> = []
    var isClearing = false
  }

  private static let state = Mutex(State())

  static func add(path: String) { state.withLock { _ = $0.paths.insert(path) } }

  static func forget(path: String) { state.withLock { _ = $0.paths.remove(path) } }

  /// A child that leads a process group of its own.
  static func add(processGroup: pid_t) {
    let isTooLate = state.withLock { state in
      state.processGroups.insert(processGroup)
      return state.isClearing
    }
    if isTooLate { kill(-processGroup, SIGKILL) }
  }

  static func forget(processGroup: pid_t) { state.withLock { _ = $0.processGroups.remove(processGroup) } }

  /// Whether the program is about to end.
  static var isClearing: Bool { state.withLock(\.isClearing) }

  /// Does something that is not left half done: what ends the program waits for it.
  static func uninterrupted<Result>(_ body: () throws -> Result) rethrows -> Result {
    try state.withLock { _ in try body() }
  }

  /// Ends the processes with all that they started, then removes the folders and files.
  package static func clear() {
    let (paths, groups) = state.withLock { state in
      state.isClearing = true
      return (state.paths.sorted(), state.processGroups)
    }
    for group in groups { kill(-group, SIGKILL) }
    // They may write until they are gone, which takes a moment.
    for _ in 0..<100 where groups.contains(where: { kill(-$0, 0) == 0 }) { usleep(10_000) }
    for path in paths { try? FileManager.default.removeItem(atPath: path) }
  }
}
