"""The database that stands in while no servers run; Django asks for a package with a module `base`."""
