import Hardware

// A copy cut into several at whole bursts takes as long as it did, and one command more for each cut.
extension BurstCycles {
  /// What each copy takes whatever its size: the first burst, less a burst.
  var commandCycles: Int { firstCycles - burstCycles }

  /// What the bytes of a copy take beyond its command, however they are cut.
  func burstCycles(bytes: Int) -> Int { bytes > 0 ? cycles(bytes: bytes) - commandCycles : 0 }

  /// Bytes of the largest copy of whole bursts that takes at most `cycles`; 0 when not even one burst fits.
  func bytes(within cycles: Int) -> Int {
    guard cycles >= firstCycles else { return 0 }
    guard burstCycles > 0 else { return Int.max }
    return ((cycles - firstCycles) / burstCycles + 1) * burstBytes
  }
}
