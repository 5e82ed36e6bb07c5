import Foundation

/// Files that belong to the tests, found wherever the package lies.
public enum Fixtures {
  /// Full path of a file below `Tests/Fixtures`, for instance `golden/philox.h5`.
  public static func path(_ relative: String) -> String {
    let folder = ((#filePath as NSString).deletingLastPathComponent as NSString).deletingLastPathComponent
    return "\(folder)/Fixtures/\(relative)"
  }
}
