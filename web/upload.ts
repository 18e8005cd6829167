/** The only door to multer: a form with one file, held in memory. Mounted at the one page that takes it, behind the sign-in wall and the check of where a form comes from. */
import multer from 'multer';
import type { Handler, Request, Response } from './http.ts';

export interface Upload {
  name: string;
  bytes: Buffer;
}

/** Reads a multipart form with a file of at most `limit` bytes in `field`; a larger one comes back from `uploadOf` as 'too-large'. */
export function fileBody(field: string, limit: number): Handler {
  const read = multer({ storage: multer.memoryStorage(), limits: { fileSize: limit, files: 1, fields: 20, fieldSize: 10_000 } }).single(
    field,
  );
  return (request, response, next) => {
    read(request, response, (error: unknown) => {
      if (error instanceof multer.MulterError) {
        response.locals.uploadFault = error.code;
        next();
      } else next(error);
    });
  };
}

/** What was uploaded; 'none' when nothing was chosen. */
export function uploadOf(request: Request, response: Response): Upload | 'none' | 'too-large' {
  if (response.locals.uploadFault !== undefined) return 'too-large';
  if (request.file === undefined || request.file.size === 0) return 'none';
  return { name: request.file.originalname, bytes: request.file.buffer };
}
