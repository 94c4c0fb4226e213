import Foundation
import Synchronization

/// A line on a terminal that says what is being done and for how many seconds, until it is ended.
final class StatusLine: Sendable {
  private struct State {
    var text = ""
    var begin = ContinuousClock.now
    var isEnded = false
  }

  private let state = Mutex(State())
  private let words: @Sendable () -> String

  /// Seconds after which they are shown: nobody counts before.
  private static let leastSeconds = 2

  /// Shows a line from now on.
  ///
  /// - Parameter words: what is being done, asked several times a second, from a thread of its own; empty for nothing.
  init(_ words: @escaping @Sendable () -> String) {
    self.words = words
    Thread.detachNewThread { [self] in
      while draw() { Thread.sleep(forTimeInterval: 0.1) }
    }
  }

  /// Takes the line away for good.
  func end() {
    state.withLock { state in
      state.isEnded = true
      Terminal.clearStatus()
    }
  }

  /// Whether the line goes on.
  private func draw() -> Bool {
    let words = words()
    return state.withLock { state in
      guard !state.isEnded else { return false }
      let seconds = (ContinuousClock.now - state.begin).components.seconds
      let text = words.isEmpty || seconds < Self.leastSeconds ? words : "\(words), \(seconds) s"
      if text != state.text {
        Terminal.status(text)
        state.text = text
      }
      return true
    }
  }
}
