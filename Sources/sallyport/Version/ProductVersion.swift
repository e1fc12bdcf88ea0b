/// The version of the product.
enum ProductVersion {
    /// As `sallyport version` prints it (semver.org).
    static let current = "0.1.0"
}
