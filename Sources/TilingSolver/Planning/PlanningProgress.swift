/// What planning is at: for a person who waits.
package enum PlanningProgress: Equatable, Sendable {
  /// Looking for the tiles of a layer, counted from 0.
  case tiling(layer: Int, of: Int)
  /// Looking for a schedule of the whole network: nodes of the running search.
  case searching(nodes: Int)
}
