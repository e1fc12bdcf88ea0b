public import ArgumentParser
public import Tokens

extension SignatureAlgorithm: ExpressibleByArgument {}
